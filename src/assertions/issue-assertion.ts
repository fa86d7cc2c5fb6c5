import { randomUUIDv7 } from 'node:crypto';
import { assertAudience } from '../domain/assertion-policy.ts';
import { verificationNotFound } from '../domain/not-found.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { SigningRing } from '../platform/secrets/signing-ring.ts';
import { AMR } from './claims.ts';
import { issue, type NewAssertion, type NotIssued, type SignIn, whyNotIssued } from './issue-statement.ts';
import { sign } from './sign.ts';
import { inSeconds, LIFETIME_S } from './times.ts';

/** A sign-in that an assertion is asked for. */
interface WantedAssertion {
  tenantId: string;
  verificationId: string;
  /** For whom it is meant; null: for the tenant itself, by its id. */
  audience: string | null;
  /** 1-255 printable ASCII characters, for the assertion unchanged. */
  nonce: string;
  /** Whether it was asked for about a user, or by number. */
  kind: 'ofUser' | 'byNumber';
}

/** An assertion, the one time that it is told. */
interface IssuedAssertion {
  /** A signed JWT in compact form: a secret until it is redeemed or over. */
  assertion: string;
  expiresAt: Date;
  /** The phone that was reached. */
  phone: Pick<SignIn, 'phoneMethodId' | 'signInEnabledAt'>;
}

/** Issues assertions; see `createIssueAssertion`. */
export type IssueAssertion = (wanted: WantedAssertion) => Promise<IssuedAssertion>;

/** What issuing needs. */
export interface IssueDeps {
  run: RunStatement;
  clock: Clock;
  signingKeys: SigningRing;
  /** Who issues: the address of this service. */
  issuer: string;
  currentPolicy: (tenantId: string) => Promise<{ policy: TenantPolicy }>;
  events: Pick<Events, 'emit'>;
}

/**
 * Issues the assertion of an approved sign-in, once and within two minutes of its decision. It is signed after it is
 * noted: if the process dies between, the sign-in has none, and another sign-in is needed.
 * The returned function throws `ServiceError`
 * - `policy.audienceRefused` when the policy does not name the audience,
 * - `verification.notFound` when the tenant has no such verification,
 * - `assertion.notApproved` when it is no sign-in, or was not approved,
 * - `assertion.alreadyIssued` when it has one,
 * - `assertion.tooLate` when the two minutes are over,
 * - `user.blocked` while the user is blocked,
 * - `assertion.withdrawn` when the phone was removed, changed or registered again since, its number is
 *   no user name any more and the sign-in was by number, the user was blocked meanwhile, or fraud was reported.
 */
export function createIssueAssertion(deps: IssueDeps): IssueAssertion {
  return async ({ tenantId, verificationId, nonce, kind, audience: asked }) => {
    const audience = await allowedAudience(deps, tenantId, asked);
    const now = deps.clock.now();
    const iat = inSeconds(now);
    const exp = iat + LIFETIME_S;
    const expiresAt = new Date(exp * 1000);
    const keyId = deps.signingKeys.current.kid;
    const wanted = { tenantId, verificationId, kind, audience, id: randomUUIDv7(), keyId, expiresAt };
    const [signIn] = await deps.run<SignIn>(issue(wanted, now));
    if (!signIn) throw await whyNot(deps.run, wanted, now);
    const assertion = await sign(deps.signingKeys, {
      ...{ iss: deps.issuer, aud: audience, sub: signIn.userId, tenant: tenantId, nonce },
      ...{ amr: [AMR[signIn.channel]], auth_time: inSeconds(signIn.decidedAt), iat, exp, jti: wanted.id },
      phone_verified_at: inSeconds(signIn.phoneVerifiedAt),
    });
    deps.events.emit('assertion.issued', { verificationId, tenantId, assertionId: wanted.id });
    const { phoneMethodId, signInEnabledAt } = signIn;
    return { assertion, expiresAt, phone: { phoneMethodId, signInEnabledAt } };
  };
}

async function allowedAudience(
  { currentPolicy }: IssueDeps,
  tenantId: string,
  asked: string | null,
): Promise<string> {
  if (asked === null || asked === tenantId) return tenantId;
  const { policy } = await currentPolicy(tenantId);
  assertAudience(policy, tenantId, asked);
  return asked;
}

async function whyNot(run: RunStatement, wanted: NewAssertion, now: Date): Promise<ServiceError> {
  const [found] = await run<NotIssued>(whyNotIssued(wanted, now));
  if (!found) return verificationNotFound();
  if (!found.isApprovedSignIn)
    return new ServiceError(
      'assertion.notApproved',
      'Assertions are about sign-ins that were approved: this verification has another purpose, is not decided, or ended otherwise. Check its purpose, state and outcome.',
    );
  if (found.wasIssued)
    return new ServiceError(
      'assertion.alreadyIssued',
      'The assertion of this sign-in was issued before, and is issued once only. If it was lost, start a new sign-in.',
    );
  if (found.isLate)
    return new ServiceError(
      'assertion.tooLate',
      'An assertion is issued within two minutes of the approval, and they are over. Start a new sign-in, and ask as soon as it is approved.',
    );
  if (found.isBlocked)
    return new ServiceError(
      'user.blocked',
      'The user is blocked, so the sign-in does not count. Find out why before the user is unblocked; then start a new sign-in.',
    );
  return withdrawn();
}

/** The error for a sign-in that does not count any more. */
export function withdrawn(): ServiceError {
  return new ServiceError(
    'assertion.withdrawn',
    'Since this sign-in was approved, its phone was removed, changed or registered again, signing in with its number was disabled, the user was blocked, or fraud was reported. Do not let the user in; start a new sign-in.',
  );
}
