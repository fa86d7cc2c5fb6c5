import type { BrandRole, BrandScheme } from '../../domain/brand-colours.ts';
import { contrast } from './colour.ts';

/** What a tenant's colour is seen beside, on light or on dark pages. */
export interface Scheme {
  name: 'light' | 'dark';
  bg: string;
  surface: string;
  ink2: string;
  /** The most chroma (OKLCH) that the tenant's colour may have. */
  mostChroma: number;
  /** Which way lightness goes until the colour can be read. */
  towardsContrast: -1 | 1;
  /** Poundkey's own colours, for tenants without one. */
  own: Record<BrandRole, string>;
}

/** The dark words on a colour, in both schemes. */
export const INK = '#15201f';

export const LIGHT: Scheme = {
  name: 'light',
  bg: '#eff3f2',
  surface: '#ffffff',
  ink2: '#45524f',
  mostChroma: Number.POSITIVE_INFINITY,
  towardsContrast: -1,
  own: {
    brand: '#0b5a60',
    onBrand: '#ffffff',
    brandText: '#0b5a60',
    brandEdge: '#063c41',
    brandHover: '#0a4f55',
    brandSoft: '#e5f1f0',
    brandLine: '#b5d3d2',
  },
};

export const DARK: Scheme = {
  name: 'dark',
  bg: '#0c1211',
  surface: '#151d1c',
  ink2: '#b9c5c2',
  // Colours that shine in the dark tire the eye.
  mostChroma: 0.12,
  towardsContrast: 1,
  own: {
    brand: '#62c4c5',
    onBrand: '#05292b',
    brandText: '#7ad0d0',
    brandEdge: '#2f8587',
    brandHover: '#79d0d0',
    brandSoft: '#15302f',
    brandLine: '#2a5251',
  },
};

type Seen = BrandRole | 'bg' | 'surface' | 'ink2';

/**
 * The ratios that hold for every colour that a tenant may give: WCAG 2.2 asks for 4.5 of text (1.4.3), and for 3 of what
 * one must see to use a page (1.4.11).
 */
const PROMISES: readonly [colour: Seen, on: Seen, least: number][] = [
  ['onBrand', 'brand', 4.5],
  ['onBrand', 'brandHover', 4.5],
  ['brand', 'surface', 3],
  ['brand', 'brandSoft', 3],
  ['brand', 'brandLine', 3],
  ['brandText', 'surface', 4.5],
  ['brandText', 'bg', 4.5],
  ['brandText', 'brandSoft', 4.5],
  ['ink2', 'brandSoft', 4.5],
];

/** The promised ratios of these colours, rounded down so that none looks better than it is. */
export function contrastsIn(scheme: Scheme, colours: Record<BrandRole, string>): BrandScheme['contrasts'] {
  const { bg, surface, ink2 } = scheme;
  const all = { bg, surface, ink2, ...colours };
  return PROMISES.map(([colour, on, least]) => ({
    ...{ colour, on, least },
    ratio: Math.floor(contrast(all[colour], all[on]) * 100) / 100,
  }));
}
