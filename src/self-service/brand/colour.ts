/** Colours in OKLCH, and what WCAG says of two of them. All colours here are sRGB, as in `#b3401a`. */
import culori from 'culori/require';

/** Lightness (0 to 1), chroma (0 to about 0.37) and hue (degrees) of OKLCH. */
export interface Lch {
  l: number;
  c: number;
  h: number;
}

const toOklch = culori.converter('oklch');

/** A grey has hue 0. */
export function lchOf(hex: string): Lch {
  const { l, c, h = 0 } = toOklch(hex) ?? { l: 0, c: 0 };
  return { l, c, h };
}

/** The colour of this lightness and hue; where a screen has none so colourful, with as much chroma as it has. */
export function hexOf({ l, c, h }: Lch): string {
  const lightness = Math.min(1, Math.max(0, l));
  return culori.formatHex(culori.clampChroma({ mode: 'oklch', l: lightness, c, h }, 'oklch'));
}

/** So much (0 to 1) of one colour in another, mixed as CSS does with `color-mix(in oklab, …)`. */
export function mix(colour: string, share: number, into: string): string {
  return culori.formatHex(culori.interpolate([into, colour], 'oklab')(share));
}

/** The contrast ratio of WCAG 2.2, 1 to 21. */
export const contrast = (one: string, other: string): number => culori.wcagContrast(one, other);
