import { BRAND_ROLES, type BrandColours, type BrandRole } from '../../domain/brand-colours.ts';
import { DARK, LIGHT } from './schemes.ts';

/**
 * The stylesheet that gives the page its colours of the tenant, and nothing else: it comes after that of the page.
 * @param colours null: Poundkey's own
 */
export function stylesheetOf(colours: BrandColours | null): string {
  const light = colours?.light.colours ?? LIGHT.own;
  const dark = colours?.dark.colours ?? DARK.own;
  return `:root{${variables(light)}}\n@media (prefers-color-scheme:dark){:root{${variables(dark)}}}\n`;
}

/** `onBrand` is the variable `--on-brand`. */
function variables(colours: Record<BrandRole, string>): string {
  return BRAND_ROLES.map(
    (role) => `--${role.replaceAll(/[A-Z]/g, (letter) => `-${letter}`)}:${colours[role]}`,
  )
    .join(';')
    .toLowerCase();
}
