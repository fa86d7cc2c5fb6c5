import { randomUUIDv7 } from 'node:crypto';
import { assertAudience } from '../../domain/assertion-policy.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { assertReturnUrls } from '../return-urls.ts';
import { hashOfToken, newToken } from '../secrets.ts';
import type { NewSignInPage, SignInPageStore } from './page-store.ts';
import type { SignInActions } from './ports.ts';

/** How long numbers are taken on a page unless the person asks for more, minutes. A code may be typed later, for as long as it lasts. */
export const PAGE_MINUTES = 10;

/** What a backend asks for. */
type SignInPageRequest = Omit<NewSignInPage, 'id' | 'tokenHash' | 'expiresAt'>;

/** Makes pages on which people sign in with their phone numbers. */
export type CreateSignInPage = (wanted: SignInPageRequest) => Promise<{ url: string; expiresAt: Date }>;

/**
 * The returned function throws `ServiceError` `policy.smsSignInRefused`, `policy.mobilePhoneRefused`,
 * `policy.textMessageRefused`, `policy.audienceRefused` and `policy.returnUrlRefused`.
 * @param deps.signInUrl where these pages are reached, such as `https://mfa.example.com/sign-in`
 */
export function createCreateSignInPage(deps: {
  pages: Pick<SignInPageStore, 'add'>;
  actions: Pick<SignInActions, 'policyOf' | 'refusalOf'>;
  signInUrl: string;
  clock: Clock;
}): CreateSignInPage {
  return async (wanted) => {
    const { tenantId, returnUrl, otherWayUrl, audience } = wanted;
    const policy = await deps.actions.policyOf(tenantId);
    const refusal = deps.actions.refusalOf(policy);
    if (refusal) throw refusal;
    assertAudience(policy, tenantId, audience);
    assertReturnUrls(policy, { returnUrl, otherWayUrl });
    const now = deps.clock.now();
    const token = newToken();
    const expiresAt = later(now, PAGE_MINUTES * 60_000);
    const page = { ...wanted, id: randomUUIDv7(), tokenHash: hashOfToken(token), expiresAt };
    await deps.pages.add(page, now);
    return { url: `${deps.signInUrl}/link/${token}`, expiresAt };
  };
}
