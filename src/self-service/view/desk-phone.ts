/** The drawing of a desk phone beside the questions: what its display shows is what people will see on theirs. */
import { type Html, html, NONE } from './html.ts';

/** What the phone does. */
export interface DeskPhone {
  state: 'idle' | 'ringing' | 'lifted' | 'verified';
  /** What the drawing is called for people who do not see it. */
  label: string;
  /** The two lines of its display. */
  lines: readonly [string, string];
  /** Whether the pound key is the one to press. */
  isPoundNext: boolean;
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** The phone is never mirrored. */
export function deskPhone({ state, label, lines, isPoundNext }: DeskPhone): Html {
  return html`<svg class="desk-phone ${state}" viewBox="0 0 320 350" role="img" aria-label="${label}" translate="no">
<ellipse class="phone-shadow" cx="160" cy="334" rx="132" ry="9"/>
${state === 'lifted' ? html`<path class="phone-cord" d="M71 300c0 26-34 18-34-4"/>` : NONE}
<rect class="phone-edge" x="21.250" y="52" width="279.500" height="278" rx="29"/><rect class="phone-body" x="22" y="44" width="278" height="278" rx="28"/>
<rect class="phone-well" x="40" y="62" width="64" height="242" rx="20"/>
<g class="handset"><rect x="53" y="92" width="38" height="180" rx="14"/><rect x="42" y="52" width="60" height="70" rx="22"/><rect x="42" y="244" width="60" height="70" rx="22"/><rect class="handset-light" x="58" y="64" width="28" height="5" rx="2.500"/><rect class="handset-light" x="58" y="297" width="28" height="5" rx="2.500"/></g>
<rect class="phone-lamp" x="240" y="40" width="40" height="8" rx="4"/>
<rect class="phone-display" x="122" y="64" width="162" height="90" rx="12"/>
${display(state, lines)}
${KEYS.map((key, place) => keyAt(key, place, isPoundNext && key === '#'))}
${state === 'ringing' ? html`<path class="phone-wave" d="M24 66c-14 8-20 20-20 34M38 40C18 50 2 66-4 88M118 26c8 3 14 7 20 13M112 8c14 4 26 11 36 22"/>` : NONE}
</svg>`;
}

function display(state: DeskPhone['state'], [first, second]: DeskPhone['lines']): Html {
  if (state === 'verified')
    return html`<path class="phone-tick" d="m189 103 9 9 17-20"/><text class="display-second centred" x="203" y="136">${second}</text>`;
  return html`<text class="display-first" x="136" y="104" direction="ltr">${first}</text><text class="display-second" x="136" y="128" direction="ltr">${second}</text>`;
}

function keyAt(key: string, place: number, isNext: boolean): Html {
  const x = 122 + (place % 3) * 57;
  const y = 174 + Math.floor(place / 3) * 33;
  const classes = isNext ? 'phone-key next' : 'phone-key';
  return html`<rect class="${classes}" x="${x}" y="${y}" width="48" height="26" rx="8"/><text class="${isNext ? 'key-sign next' : 'key-sign'}" x="${x + 24}" y="${y + 17.2}">${key}</text>`;
}
