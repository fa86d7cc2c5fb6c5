/** The drawings of the page: icons on a grid of 24, the mark, and the parts of the desk phone that are no plain shapes. */
import { html } from 'hono/html';

/** Strokes of the icons. */
const ICONS = {
  speaker: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  silent: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4ZM16 9.5l5 5M21 9.5l-5 5',
  movement: 'M8 5.5v13M12 3.5v17M16 5.5v13M4 9.5v5M20 9.5v5',
  keyboard:
    'M4 6h16a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8',
  fault: 'M13 3 5 13.5h6L10 21l9-11h-6.5Z',
  down: 'm6 9.5 6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v5.5M12 7.75h.01',
  text: 'M5 4h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2h-7L7 20.5v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM8 10.25h.01M12 10.25h.01M16 10.25h.01',
  office:
    'M8 6h10.5A2.5 2.5 0 0 1 21 8.5v8.5a2.5 2.5 0 0 1-2.5 2.5H8M5.5 4A2.5 2.5 0 0 1 8 6.5v12a2.5 2.5 0 0 1-5 0v-12A2.5 2.5 0 0 1 5.5 4ZM11.5 9.5h6v2.25h-6zM11.75 15.75h.01M14.5 15.75h.01M17.25 15.75h.01',
  mobile: 'M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2ZM11 18h2',
} as const;

/** The name of an icon. */
type IconName = keyof typeof ICONS;

/** An icon of 24 or, `small`, 20 px, hidden from assistive technology: it stands beside words. */
export function icon(name: IconName, size: 'small' | 'large' = 'small') {
  return html`<svg class="i ${size === 'small' ? 's' : ''}" viewBox="0 0 24 24" aria-hidden="true" data-icon="${name}"><path d="${ICONS[name]}"/></svg>`;
}

/** The mark: a key cap with a leaning #. */
export function mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect class="edge" x="1" y="3" width="30" height="29" rx="8"/><rect class="top" x="1" y="0" width="30" height="29" rx="8"/><path d="M13.9 6.2 11.7 22.8M20.3 6.2l-2.2 16.6M8.2 11.6h16.4M7.4 17.4h16.4"/></svg>`;
}

/** The sign of the star key. */
export const STAR = html`<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M6 8.500l12 7M18 8.500l-12 7"/></svg>`;
/** The sign of the pound key. */
export const POUND = html`<svg class="sign" viewBox="0 0 32 32" aria-hidden="true"><path d="M13.2 6 10.4 26M21.6 6 18.8 26M6.6 12.4h20M5.4 19.6h20"/></svg>`;
/** The sign of a voicemail, on key 1. */
export const TAPE = html`<svg class="tape" viewBox="0 0 26 12" width="22" height="10" aria-hidden="true"><circle cx="6" cy="6" r="4"/><circle cx="20" cy="6" r="4"/><path d="M6 10h14"/></svg>`;
/** The arrows on the ring, which is decoration. */
export const ARROWS = html`<svg viewBox="0 0 83 83" aria-hidden="true"><path d="m37 14 4.5-4.500L46 14M37 69l4.5 4.500L46 69M14 37l-4.5 4.500L14 46M69 37l4.5 4.500L69 46"/></svg>`;

const HANDSET_OUTLINE =
  'M34 4h56c18 0 30 12 30 30v62c0 26-19 30-21 58v140c2 28 21 32 21 58v62c0 18-12 30-30 30H34C16 444 4 432 4 414v-62c0-26 19-30 21-58V154C23 126 4 122 4 96V34C4 16 16 4 34 4Z';

/** The handset, seen from above. */
export const HANDSET = html`<svg viewBox="0 0 124 448" aria-hidden="true"><defs><linearGradient id="hg" x1="0" x2="1"><stop offset="0" stop-color="#1b2223"/><stop offset=".18" stop-color="#465253"/><stop offset=".42" stop-color="#303a3b"/><stop offset=".8" stop-color="#1e2526"/><stop offset="1" stop-color="#12181a"/></linearGradient><linearGradient id="hv" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".16"/><stop offset=".2" stop-color="#fff" stop-opacity="0"/><stop offset=".8" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".3"/></linearGradient></defs><path d="${HANDSET_OUTLINE}" fill="url(#hg)"/><path d="${HANDSET_OUTLINE}" fill="url(#hv)"/><path d="M36 9h52c14 0 24 8 26 21" fill="none" stroke="#829091" stroke-opacity=".6" stroke-width="1.5" stroke-linecap="round"/><path d="M34 160v128" stroke="#758384" stroke-opacity=".5" stroke-width="2.5" stroke-linecap="round"/><g fill="#0d1213"><rect x="44" y="26" width="36" height="4" rx="2"/><rect x="44" y="36" width="36" height="4" rx="2"/><rect x="44" y="46" width="36" height="4" rx="2"/><circle cx="62" cy="412" r="3"/><circle cx="52" cy="412" r="2"/><circle cx="72" cy="412" r="2"/></g></svg>`;

/** The coiled cord. */
export const CORD = html`<svg class="cord" viewBox="0 0 224 120" aria-hidden="true"><path d="${coil()}"/></svg>`;

/** A coil of 27 turns along a curve (a cubic Bézier) from the handset to the left edge of the phone. */
function coil(): string {
  const turns = 27;
  const steps = turns * 13;
  const [xs, ys] = [
    [92, 75, 20, -13],
    [-2, 45, 97, 28],
  ] as [number[], number[]];
  const along = ([a = 0, b = 0, c = 0, d = 0]: number[], t: number) =>
    a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t ** 2 * (1 - t) + d * t ** 3;
  const points = Array.from({ length: steps + 1 }, (_, step) => {
    const t = step / steps;
    const angle = t * turns * 2 * Math.PI;
    const x = along(xs, t) + 7.6 * Math.cos(angle);
    const y = along(ys, t) + 7.6 * Math.sin(angle);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
