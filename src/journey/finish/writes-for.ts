import sql, { join, type Sql } from 'sql-template-tag';
import type { AuditEvent } from '../../domain/audit-event.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { isRegisteredPhone } from '../../domain/user-conditions.ts';
import { later } from '../../platform/clock.ts';
import type { CompletionWrites } from '../ports.ts';
import { writeFailure, writeForgiveness } from '../store/challenge-failures.ts';
import type { CompletionWrite } from '../store/completion.ts';
import { FORGET_MESSAGE } from '../store/deliveries.ts';
import { type Decided, HAS_MOBILE_BESIDE, SIGNS_IN_AND_LOCKED } from '../store/rows.ts';
import { writeUnwanted } from '../store/unwanted-calls.ts';
import type { Need } from '../store/verifications.ts';

const NONE = sql`null::uuid`;
/** Whether the user of `done` had a phone of this type until now: a statement sees tables as they were before it. */
const HAD_PHONE = sql`exists (select from phone_method p where p.tenant_id = done.tenant_id
  and p.user_id = done.user_id and p.phone_type = done.phone_type)`;
type Messages = Parameters<CompletionWrites['messages']>[0];
const FINISHED: Messages = {
  types: [{ type: 'verification.finished' }],
  phoneMethodId: NONE,
  appPasswordId: NONE,
};

/** What follows from an outcome: each feature writes its own part, and all of it is one statement. */
export function writesFor(
  write: CompletionWrites,
  verification: Decided,
  policy: TenantPolicy,
  now: Date,
): CompletionWrite[] {
  if (verification.signIn !== null) return signedIn(write, verification, now);
  if (verification.purpose === 'deliver') return delivered(write, now);
  const unwanted = writeUnwanted(verification.outcome, now);
  return [...unwanted, ...writesOfFeatures(write, verification, policy, now)];
}

function writesOfFeatures(
  write: CompletionWrites,
  verification: Decided,
  policy: TenantPolicy,
  now: Date,
): CompletionWrite[] {
  const { outcome, purpose, challenge } = verification;
  const canBeGuessed = challenge !== 'pound';
  if (outcome === 'fraudReported')
    return [...(canBeGuessed ? [writeFailure(now)] : []), ...fraudReported(write, policy, now)];
  if (outcome !== 'approved') return canBeGuessed ? failed(write, now) : finished(write, now);
  const forgiven = canBeGuessed ? [writeForgiveness()] : [];
  const approved =
    purpose === 'register' ? registered(write, verification, policy, now) : finished(write, now);
  return [...forgiven, ...approved];
}

function finished(write: CompletionWrites, now: Date): CompletionWrite[] {
  const data = sql`jsonb_build_object('outcome', outcome)`;
  return [write.audit({ type: 'verification.finished', data }, now), write.messages(FINISHED, now)];
}

/**
 * A sign-in by number. Who asked for it may be anybody, so that only an approval is told; and nothing that strangers did
 * counts against the number's user. A decoy is nobody's.
 */
function signedIn(write: CompletionWrites, { outcome }: Decided, now: Date): CompletionWrite[] {
  const isApproved = outcome === 'approved';
  const data = sql`jsonb_build_object('outcome', outcome, 'byNumber', true)`;
  const types: Messages['types'] = [{ type: 'verification.finished', when: sql`${isApproved}::boolean` }];
  return [
    ...(isApproved ? [write.signInUse(now)] : []),
    write.audit({ type: 'verification.finished', data, when: sql`decoy is null` }, now),
    write.messages({ ...FINISHED, types }, now),
  ];
}

/** A message of somebody else is about no user, and no backend is told of it. */
function delivered(write: CompletionWrites, now: Date): CompletionWrite[] {
  const types: Messages['types'] = [{ type: 'verification.finished', when: sql`false` }];
  return [FORGET_MESSAGE, write.messages({ ...FINISHED, types }, now)];
}

/**
 * What must be so when an approved registration or sign-in by number is completed; it was looked at before, and may have
 * changed.
 */
export function needsOf(
  write: Pick<CompletionWrites, 'hasRoomForAppPassword' | 'isAsserted'>,
  verification: Decided,
  { appPassword }: TenantPolicy,
): Need[] {
  if (verification.outcome !== 'approved') return [];
  if (verification.signIn !== null)
    return [
      { isMet: SIGNS_IN_AND_LOCKED, errorCode: 'smsSignInEnded' },
      { isMet: write.isAsserted, errorCode: 'assertionMissing' },
    ];
  if (verification.purpose !== 'register') return [];
  const room = { isMet: write.hasRoomForAppPassword, errorCode: 'appPasswordLimit' };
  const mobile = { isMet: HAS_MOBILE_BESIDE, errorCode: 'mobileMissing' };
  return [
    ...(appPassword.issue && !verification.withoutAppPassword ? [room] : []),
    ...(verification.phoneType === 'alternateMobile' ? [mobile] : []),
  ];
}

/** The condition that all of them are met; undefined: there are none. */
export function allOf(needs: readonly Need[]): Sql | undefined {
  const conditions = needs.map(({ isMet }) => isMet);
  return conditions.length === 0 ? undefined : join(conditions, ' and ');
}

/**
 * A challenge without the right answer: after too many verifications with wrong ones, however they ended, the challenge
 * is locked, and the tenant is told.
 */
function failed(write: CompletionWrites, now: Date): CompletionWrite[] {
  const locked = sql`(select locked_until from failure)`;
  const data = sql`jsonb_build_object('outcome', outcome, 'challengeLockedUntil', ${locked})`;
  const types: Messages['types'] = [
    ...FINISHED.types,
    { type: 'challenge.locked', when: sql`${locked} is not null` },
  ];
  return [
    writeFailure(now),
    write.audit({ type: 'verification.finished', data }, now),
    write.messages({ ...FINISHED, types }, now),
  ];
}

function registered(
  write: CompletionWrites,
  { id, withoutAppPassword }: Decided,
  { appPassword }: TenantPolicy,
  now: Date,
): CompletionWrite[] {
  const { length, expiresAfterDays } = appPassword;
  const issue = appPassword.issue && !withoutAppPassword;
  const phoneMethodId = sql`(select id from method)`;
  const appPasswordId = issue ? sql`(select id from password)` : NONE;
  const data = sql`jsonb_build_object('phoneType', phone_type, 'phoneMethodId', ${phoneMethodId},
    'replaced', ${HAD_PHONE}, 'appPasswordIssued', ${issue}::boolean)`;
  const issued: AuditEvent = {
    ...{ type: 'appPassword.issued', from: sql`done`, verificationId: sql`id` },
    data: sql`jsonb_build_object('appPasswordId', ${appPasswordId})`,
  };
  return [
    write.phoneMethod(now),
    ...(issue ? [write.appPassword({ length, expiresAfterDays, verificationId: id }, now)] : []),
    write.audit({ type: 'phoneMethod.registered', data, also: issue ? [issued] : [] }, now),
    write.messages({ ...FINISHED, phoneMethodId, appPasswordId }, now),
  ];
}

/**
 * Whoever answers a phone that is not the user's own can say that they were called by mistake, and no more: the user is
 * not blocked for it.
 */
function fraudReported(
  write: CompletionWrites,
  { fraud: { blockUser, blockForS } }: TenantPolicy,
  now: Date,
): CompletionWrite[] {
  const until = blockUser && blockForS !== null ? later(now, blockForS * 1000) : null;
  const ofOwnPhone = isRegisteredPhone('done');
  const data = sql`jsonb_build_object('fromRegisteredPhone', ${ofOwnPhone},
    'userBlocked', ${blockUser}::boolean and ${ofOwnPhone},
    'blockedUntil', case when ${ofOwnPhone} then ${until?.toISOString() ?? null}::text end,
    'appPasswordsRevoked', (select count(*) from revoked))`;
  return [
    ...(blockUser ? [write.block(until, ofOwnPhone, now)] : []),
    write.revokeAppPasswords(ofOwnPhone, now),
    write.audit({ type: 'verification.fraudReported', data, also: followedFromFraud(blockUser) }, now),
    write.messages({ ...FINISHED, types: [...FINISHED.types, { type: 'fraud.reported' }] }, now),
  ];
}

/** The audit events of what a report of fraud did, which each stand for themselves. */
function followedFromFraud(blocksUser: boolean): AuditEvent[] {
  const verificationId = sql`(select id from done)`;
  const revoked: AuditEvent = {
    ...{ type: 'appPassword.revoked', from: sql`revoked`, verificationId, many: true },
    data: sql`jsonb_build_object('appPasswordId', id, 'because', 'fraudReported')`,
  };
  const blocked: AuditEvent = {
    ...{ type: 'user.blocked', from: sql`block`, verificationId },
    data: sql`jsonb_build_object('reason', reason, 'expiresAt', expires_at)`,
  };
  return blocksUser ? [revoked, blocked] : [revoked];
}
