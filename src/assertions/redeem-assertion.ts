import { ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { SigningRing } from '../platform/secrets/signing-ring.ts';
import type { Claims } from './claims.ts';
import { withdrawn } from './issue-assertion.ts';
import { readAssertion } from './read-assertion.ts';
import { type NotRedeemed, redeem, whyNotRedeemed } from './redeem-statement.ts';

/** An assertion that a backend was given. */
interface GivenAssertion {
  tenantId: string;
  assertion: string;
  /** The audience that it was asked for; null: the tenant's own id. */
  audience: string | null;
  /** The nonce that it was asked for. */
  nonce: string;
}

/** What a redeemed assertion says. */
interface RedeemedAssertion {
  assertionId: string;
  verificationId: string;
  userId: string;
  audience: string;
  amr: Claims['amr'];
  /** When the sign-in was approved. */
  authenticatedAt: Date;
  /** When the number was last verified: whoever has had it for less time may be somebody else. */
  phoneVerifiedAt: Date;
}

/** Redeems assertions; see `createRedeemAssertion`. */
export type RedeemAssertion = (given: GivenAssertion) => Promise<RedeemedAssertion>;

/**
 * Redeems an assertion, once.
 * The returned function throws `ServiceError`
 * - `assertion.invalid` when it was signed by somebody else, or for another tenant, audience or nonce,
 * - `assertion.expired` when it is over by more than a minute,
 * - `assertion.alreadyRedeemed` when it was redeemed before,
 * - `user.blocked` while the user is blocked,
 * - `assertion.withdrawn` when the phone was removed, changed or registered again, its number is
 *   no user name any more and the sign-in was by number, the user erased, blocked meanwhile, or fraud reported.
 */
export function createRedeemAssertion(deps: {
  run: RunStatement;
  clock: Clock;
  signingKeys: SigningRing;
  /** Who issues: the address of this service. */
  issuer: string;
  events: Pick<Events, 'emit'>;
}): RedeemAssertion {
  return async ({ tenantId, assertion, audience, nonce }) => {
    const now = deps.clock.now();
    const expected = { issuer: deps.issuer, tenantId, audience: audience ?? tenantId, nonce };
    const claims = await readAssertion(deps.signingKeys, assertion, expected, now);
    const [row] = await deps.run<{ verificationId: string }>(redeem(claims, now));
    if (!row) throw await whyNot(deps.run, claims, now);
    const { verificationId } = row;
    deps.events.emit('assertion.redeemed', { verificationId, tenantId, assertionId: claims.jti });
    return {
      ...{ assertionId: claims.jti, verificationId, userId: claims.sub, audience: claims.aud },
      ...{ amr: claims.amr, authenticatedAt: instant(claims.auth_time) },
      phoneVerifiedAt: instant(claims.phone_verified_at),
    };
  };
}

const instant = (seconds: number) => new Date(seconds * 1000);

async function whyNot(run: RunStatement, claims: Claims, now: Date): Promise<ServiceError> {
  const [found] = await run<NotRedeemed>(whyNotRedeemed(claims, now));
  if (found?.wasRedeemed)
    return new ServiceError(
      'assertion.alreadyRedeemed',
      'This assertion was redeemed before, and lets the user in once only. If that was not you, somebody else has seen it. Start a new sign-in.',
    );
  if (found?.isBlocked)
    return new ServiceError(
      'user.blocked',
      'The user was blocked after this sign-in, so it does not count. Find out why before the user is unblocked.',
    );
  return withdrawn();
}
