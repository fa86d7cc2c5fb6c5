import { createHash } from 'node:crypto';
import type { BrandColours } from '../../domain/brand-colours.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { deriveColours } from './derive.ts';
import { stylesheetOf } from './stylesheet.ts';

/** What the page shows of a tenant, ready to be served. */
export interface Brand {
  /** `:root{--brand:…}` for light pages, and the same for dark ones. */
  stylesheet: string;
  /** Letters and digits; another as soon as the stylesheet or the logo is another. For addresses that are cached for long. */
  version: string;
  /**
   * Null: none. An SVG is safe as a picture (`<img>`); serve it with `nosniff` and a content security policy of its own,
   * `default-src 'none'; style-src 'unsafe-inline'`, since it may have styles and may be opened by itself.
   */
  logo: { type: 'image/png' | 'image/svg+xml'; bytes: Buffer } | null;
  /** Plain text of one line, without characters that turn other text around; to be escaped and isolated (`<bdi>`). */
  name: string;
  /** Who can change what is refused; null: not known. The name is such a text too. */
  contact: { name: string; email: string } | null;
  /** https addresses, or null. */
  helpUrl: string | null;
  privacyUrl: string | null;
}

type BrandedPolicy = Pick<TenantPolicy, 'organisation' | 'selfService'>;

/** Policies are parsed once for each version and process, so each brand is made once. */
const made = new WeakMap<BrandedPolicy, Brand>();

/** What the page shows of the tenant with this policy, in Poundkey's own colours where the policy has none. */
export function brandOf(policy: BrandedPolicy): Brand {
  const known = made.get(policy);
  if (known) return known;
  const brand = brandFrom(policy);
  made.set(policy, brand);
  return brand;
}

/** What the page makes of the colour in a policy, with all ratios; null: the policy has none. */
export function coloursOf({
  selfService: { colour },
}: Pick<TenantPolicy, 'selfService'>): BrandColours | null {
  return colour === null ? null : deriveColours(colour);
}

function brandFrom(policy: BrandedPolicy): Brand {
  const { name, contact, helpUrl, privacyUrl } = policy.selfService;
  const stylesheet = stylesheetOf(coloursOf(policy));
  const logo = logoOf(policy.selfService.logo);
  return {
    ...{ stylesheet, logo, contact, helpUrl, privacyUrl },
    version: versionOf(stylesheet, logo),
    name: name ?? policy.organisation,
  };
}

function logoOf(logo: TenantPolicy['selfService']['logo']): Brand['logo'] {
  if (logo === null) return null;
  const { type, data } = logo;
  return { type, bytes: Buffer.from(data, type === 'image/png' ? 'base64' : 'utf8') };
}

function versionOf(stylesheet: string, logo: Brand['logo']): string {
  const hash = createHash('sha256').update(stylesheet);
  if (logo) hash.update(`\0${logo.type}\0`).update(logo.bytes);
  return hash.digest('hex').slice(0, 16);
}
