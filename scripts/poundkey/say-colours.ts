import type { BrandColours, BrandScheme } from '../../src/domain/brand-colours.ts';

/** What the self-service page makes of a tenant's colour: where it is another one, and every contrast ratio. */
export function sayColours(colours: BrandColours | null): string[] {
  if (colours === null) return [];
  const { given, light, dark } = colours;
  return [...sayScheme('light', given, light), ...sayScheme('dark', given, dark)];
}

function sayScheme(name: string, given: string, { moved, colours, contrasts }: BrandScheme): string[] {
  const use = moved
    ? `${colours.brand} is used in place of ${given}, so that it can be seen and read`
    : `${given} is used`;
  return [
    `On ${name} pages ${use}. Contrast:`,
    ...contrasts.map(({ colour, on, ratio, least }) => `  ${colour} on ${on}: ${ratio} (at least ${least})`),
  ];
}
