import { z } from 'zod';

/** The colour roles of the self-service page that follow from a tenant's colour. */
export const BRAND_ROLES = [
  'brand',
  'onBrand',
  'brandText',
  'brandEdge',
  'brandHover',
  'brandSoft',
  'brandLine',
] as const;
export type BrandRole = (typeof BRAND_ROLES)[number];

const Hex = z.string().meta({ description: 'sRGB, as in `#b3401a`', example: '#b3401a' });

const Contrast = z.object({
  colour: z.string().meta({ description: 'What is seen', example: 'onBrand' }),
  on: z.string().meta({ description: 'What it is seen on', example: 'brand' }),
  ratio: z.number().meta({ description: 'The contrast ratio of WCAG 2.2, rounded down', example: 5.73 }),
  least: z.number().meta({ description: 'The ratio that always holds', example: 4.5 }),
});

const Scheme = z.object({
  moved: z.boolean().meta({
    description:
      'Whether `colours.brand` is another colour than the one in the policy, so that all ratios hold',
  }),
  colours: z.object({
    brand: Hex.meta({ description: 'The colour in use: buttons, the # key, steps that are done' }),
    onBrand: Hex.meta({ description: 'Words on it' }),
    brandText: Hex.meta({ description: 'Links and buttons without a box' }),
    brandEdge: Hex.meta({ description: 'The edge of a key' }),
    brandHover: Hex.meta({ description: 'A button under the pointer' }),
    brandSoft: Hex.meta({ description: 'Behind the phone and the call' }),
    brandLine: Hex.meta({ description: 'Time that is gone' }),
  } satisfies Record<BrandRole, z.ZodType>),
  contrasts: z.array(Contrast).meta({ description: 'Every ratio that is promised' }),
});

/** What follows from a tenant's colour, for light and for dark pages. */
export const BrandColours = z
  .object({
    given: Hex.meta({ description: 'The colour in the policy' }),
    light: Scheme.meta({ description: 'On light pages' }),
    dark: Scheme.meta({ description: 'On dark pages' }),
  })
  .meta({
    id: 'BrandColours',
    description: 'What the self-service page makes of the colour in the policy',
  });

/** The same as a type. */
export type BrandColours = z.output<typeof BrandColours>;
/** The colours of light or of dark pages. */
export type BrandScheme = BrandColours['light'];
