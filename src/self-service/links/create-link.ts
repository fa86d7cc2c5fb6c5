import type { TenantPolicy } from '../../domain/policy.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { assertReturnUrls } from '../return-urls.ts';
import { hashOfToken, newToken } from '../secrets.ts';
import type { LinkStore } from './link-store.ts';

/** What a backend asks for. */
interface LinkRequest extends User {
  /** The language of the page (BCP 47); null: that of the browser. */
  locale: string | null;
  /** Where the page leads back to; null: nowhere. */
  returnUrl: string | null;
}

/** Makes links to the self-service page. */
export type CreateLink = (wanted: LinkRequest) => Promise<{ url: string; expiresAt: Date }>;

/**
 * The returned function throws `ServiceError` `policy.selfServiceRefused` and `policy.returnUrlRefused`.
 * @param deps.pageUrl where the page is reached, such as `https://mfa.example.com/my-phones`
 */
export function createCreateLink(deps: {
  links: Pick<LinkStore, 'add'>;
  policyOf(tenantId: string): Promise<TenantPolicy>;
  pageUrl: string;
  clock: Clock;
}): CreateLink {
  return async ({ returnUrl, ...wanted }) => {
    const policy = await deps.policyOf(wanted.tenantId);
    assertAllowed(policy);
    assertReturnUrls(policy, { returnUrl });
    const now = deps.clock.now();
    const token = newToken();
    const expiresAt = later(now, policy.selfService.linkMinutes * 60_000);
    await deps.links.add({ ...wanted, returnUrl, tokenHash: hashOfToken(token), expiresAt }, now);
    return { url: `${deps.pageUrl}/link/${token}`, expiresAt };
  };
}

function assertAllowed({ selfService }: TenantPolicy): void {
  if (selfService.allowed) return;
  throw new ServiceError(
    'policy.selfServiceRefused',
    'The policy of this tenant does not send people to the self-service page (selfService.allowed). Ask its administrator to change that.',
  );
}
