import type { BrandColours, BrandRole, BrandScheme } from '../../domain/brand-colours.ts';
import { contrast, hexOf, type Lch, lchOf, mix } from './colour.ts';
import { contrastsIn, DARK, INK, LIGHT, type Scheme } from './schemes.ts';

/** Steps of lightness, too small to be seen. */
const STEP = 0.002;
/** How much darker the edge of a key is, and how far a button changes under the pointer, in lightness. */
const EDGE = 0.12;
const HOVER = 0.04;
/** How much of the colour is in what is soft, and in lines. */
const SOFT = 0.08;
const LINE = 0.28;

/**
 * What the page makes of a tenant's colour. A colour that could not be seen or read is moved in lightness, as little as
 * possible and with its hue, until every promised ratio holds.
 * @param given `#rrggbb`
 */
export function deriveColours(given: string): BrandColours {
  return { given, light: derive(given, LIGHT), dark: derive(given, DARK) };
}

function derive(given: string, scheme: Scheme): BrandScheme {
  const brand = brandFor(given, scheme);
  const colours = rolesOf(brand, scheme);
  return { moved: brand !== given, colours, contrasts: contrastsIn(scheme, colours) };
}

/**
 * The nearest colour that can be used: darker or lighter on light pages, lighter only on dark ones. There it differs from
 * what is given almost always, so it may as well differ enough for the line beside it to be seen.
 */
function brandFor(given: string, scheme: Scheme): string {
  const lch = lchOf(given);
  const asGiven = lch.c <= scheme.mostChroma ? given : hexOf(bounded(lch, scheme));
  const ways = scheme.name === 'dark' ? [1] : [-1, 1];
  for (let off = 0; off <= 1; off += STEP) {
    const tried = off === 0 ? [asGiven] : ways.map((way) => lighter(given, way * off, scheme));
    const found = tried.find((colour) => isUsable(colour, scheme));
    if (found !== undefined) return found;
  }
  throw new Error(`No lightness of ${given} can be read on ${scheme.surface}.`);
}

function isUsable(brand: string, { name, surface }: Scheme): boolean {
  return (
    contrast(onBrand(brand), brand) >= 4.5 &&
    contrast(brand, surface) >= 3 &&
    contrast(brand, mix(brand, name === 'dark' ? LINE : SOFT, surface)) >= 3
  );
}

function rolesOf(brand: string, scheme: Scheme): Record<BrandRole, string> {
  const brandSoft = mix(brand, SOFT, scheme.surface);
  return {
    brand,
    onBrand: onBrand(brand),
    brandText: textFor(brand, brandSoft, scheme),
    brandEdge: lighter(brand, -EDGE, scheme),
    brandHover: hoverOf(brand, scheme),
    brandSoft,
    brandLine: lineFor(brand, scheme),
  };
}

function onBrand(brand: string): string {
  return contrast('#ffffff', brand) >= contrast(INK, brand) ? '#ffffff' : INK;
}

/** Away from the words on it, so that they are read even better; black, which cannot go that way, gets lighter. */
function hoverOf(brand: string, scheme: Scheme): string {
  const away = onBrand(brand) === INK ? HOVER : -HOVER;
  const { l } = lchOf(brand);
  return lighter(brand, l + away < 0 || l + away > 1 ? -away : away, scheme);
}

function textFor(brand: string, brandSoft: string, scheme: Scheme): string {
  const grounds = [scheme.surface, scheme.bg, brandSoft];
  return until(brand, scheme, (colour) => grounds.every((ground) => contrast(colour, ground) >= 4.5));
}

/** Paler where it has to be. */
function lineFor(brand: string, scheme: Scheme): string {
  for (let share = LINE; share > 0; share -= STEP) {
    const line = mix(brand, share, scheme.surface);
    if (contrast(brand, line) >= 3) return line;
  }
  return scheme.surface;
}

/** The first colour that holds, on the way to more contrast. */
function until(from: string, scheme: Scheme, holds: (colour: string) => boolean): string {
  for (let off = 0; off <= 1; off += STEP) {
    const colour = off === 0 ? from : lighter(from, scheme.towardsContrast * off, scheme);
    if (holds(colour)) return colour;
  }
  throw new Error(`No lightness of ${from} can be read on ${scheme.surface}.`);
}

/** The same hue, so much lighter; darker below 0. */
function lighter(colour: string, by: number, scheme: Scheme): string {
  const lch = lchOf(colour);
  return hexOf(bounded({ ...lch, l: lch.l + by }, scheme));
}

const bounded = (lch: Lch, { mostChroma }: Scheme): Lch => ({ ...lch, c: Math.min(lch.c, mostChroma) });
