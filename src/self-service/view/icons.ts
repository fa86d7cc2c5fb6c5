/** Drawings of 24 by 24 that stand beside words, and are hidden from assistive technology. */
import { raw } from 'hono/html';
import { type Html, html } from './html.ts';

const PATHS = {
  globe: '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>',
  down: '<path d="m6 9.5 6 6 6-6"/>',
  forward: '<path d="m9.5 5.5 6.500 6.500-6.500 6.500"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  desk: '<path d="M8 6h10.500A2.500 2.500 0 0 1 21 8.500v8.500a2.500 2.500 0 0 1-2.500 2.500H8"/><rect x="3" y="4" width="5" height="17" rx="2.500"/><path d="M11.500 9.500h6v2.250h-6z"/><path d="M11.750 15.750h.01M14.500 15.750h.01M17.250 15.750h.01" stroke-width="2.250"/>',
  mobile: '<rect x="6.500" y="2.750" width="11" height="18.500" rx="2.750"/><path d="M10.750 18h2.500"/>',
  message:
    '<path d="M5 4h14a2 2 0 0 1 2 2v8.500a2 2 0 0 1-2 2h-7L7 20.500v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z"/><path d="M8 10.250h.01M12 10.250h.01M16 10.250h.01" stroke-width="2.500"/>',
  key: '<circle cx="8" cy="15.500" r="4.500"/><path d="m11.300 12.200 8.200-8.200M16 7.500l2.500 2.500"/>',
  tones: '<path d="M3 12h2.500l2-6 3.500 13 3-10 1.750 3H21"/>',
  lock: '<rect x="4.500" y="10.500" width="15" height="10" rx="2.500"/><path d="M8 10.500V7.500a4 4 0 0 1 8 0v3"/>',
  check: '<path d="m5 12.750 4.500 4.500L19.500 7"/>',
  cross: '<path d="M6 6l12 12M18 6 6 18"/>',
  copy: '<rect x="8.500" y="8.500" width="12" height="12" rx="2.500"/><path d="M15.500 5.500a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2"/>',
  clock: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.250l3.250 2"/>',
  alert: '<circle cx="12" cy="12" r="9"/><path d="M12 7.500v5.250M12 16.250h.01" stroke-width="2.250"/>',
  info: '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.750h.01" stroke-width="2.250"/>',
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof PATHS;

/** @param mirrored whether it points somewhere, and so points the other way in right-to-left languages */
export function icon(name: IconName, { mirrored = false, small = false } = {}): Html {
  const classes = `icon${small ? ' small' : ''}${mirrored ? ' mirrored' : ''}`;
  return html`<svg class="${classes}" viewBox="0 0 24 24" aria-hidden="true">${raw(PATHS[name])}</svg>`;
}

/** The sign of the pound key. */
export function poundSign(): Html {
  return html`<svg class="pound" viewBox="0 0 32 32" aria-hidden="true"><path d="M13.200 6 10.400 26M21.600 6 18.800 26M6.600 12.400h20M5.400 19.600h20"/></svg>`;
}

/** Poundkey's mark: a key cap with its sign. */
export function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect class="mark-edge" x="1" y="3" width="30" height="29" rx="8"/><rect class="mark-cap" x="1" y="0" width="30" height="29" rx="8"/><path class="mark-sign" d="M13.900 6.200 11.700 22.800M20.300 6.200l-2.200 16.600M8.200 11.600h16.400M7.400 17.400h16.400"/></svg>`;
}
