import sql from 'sql-template-tag';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import { type Clock, later } from '../../platform/clock.ts';
import { type PhoneNetwork, PhoneNetworkError } from '../../providers/port.ts';
import type { Outcome } from '../outcomes.ts';
import type { CompletionWrites, PolicyAt } from '../ports.ts';
import type { CompletionWrite, FinishVerification } from '../store/completion.ts';
import type { Verification } from '../store/rows.ts';

/** Outcomes that may be decided while the phone still rings or a prompt still plays. */
const CALL_MAY_LIVE: readonly (Outcome | null)[] = ['canceled', 'voicemail', 'expired', 'providerError'];

/** Completes a decided verification. Null: somebody was here first. */
export type Complete = (verification: Verification) => Promise<Verification | null>;

/**
 * State `decided` → `finished`. Ends a call that nobody needs any more; an approved registration leaves the office
 * phone and the app password behind, a report of fraud a blocked user without app passwords, everything else only its
 * outcome.
 */
export function createComplete(deps: {
  finish: FinishVerification;
  writes: CompletionWrites;
  network: PhoneNetwork;
  policyAt: PolicyAt;
  /** Sees to it that the job that a backend waits for ends, too. */
  endBackendJob: (verificationId: string) => void;
  clock: Clock;
  events: Events;
  log: Logger;
}): Complete {
  return async function complete(verification) {
    if (CALL_MAY_LIVE.includes(verification.outcome)) await endCall(verification);
    const policy = await deps.policyAt(verification.tenantId, verification.policyNow);
    const now = deps.clock.now();
    const finished = await deps.finish(verification, writesFor(deps.writes, verification, policy, now), now);
    if (!finished) return null;
    report(finished, policy);
    if (finished.jobId !== null) deps.endBackendJob(finished.id);
    return finished;
  };

  function report({ id, tenantId, outcome, purpose, errorCode }: Verification, policy: TenantPolicy): void {
    const registered = outcome === 'approved' && purpose === 'register';
    if (registered) deps.events.emit('phoneMethod.registered', { verificationId: id, tenantId });
    if (registered && policy.appPassword.issue)
      deps.events.emit('appPassword.issued', { verificationId: id, tenantId });
    const end = { outcome: outcome ?? 'none', ...(errorCode ? { errorCode } : {}) };
    deps.events.emit('verification.finished', { verificationId: id, tenantId, ...end });
  }

  /** Best effort: the call has a time limit of its own, and whoever answers it hears that it is over. */
  async function endCall({ id, callId, endedAt }: Verification): Promise<void> {
    if (callId === null || endedAt) return;
    try {
      await deps.network.endCall(callId);
    } catch (error) {
      if (!(error instanceof PhoneNetworkError)) throw error;
      const { errorCode } = error;
      deps.log.warn({ verificationId: id, errorCode }, 'a call could not be ended early');
    }
  }
}

/** What follows from an outcome: each feature writes its own part, and all of it is one statement. */
function writesFor(
  write: CompletionWrites,
  { id, outcome, purpose }: Verification,
  policy: TenantPolicy,
  now: Date,
): CompletionWrite[] {
  const none = sql`null::uuid`;
  const told = { name: 'message', type: 'verification.finished', phoneMethodId: none, appPasswordId: none };
  if (outcome === 'fraudReported') {
    const { blockUser, blockForS } = policy.fraud;
    const until = blockForS === null ? null : later(now, blockForS * 1000);
    const data = sql`jsonb_build_object('userBlocked', ${blockUser}::boolean,
      'blockedUntil', ${blockUser ? (until?.toISOString() ?? null) : null}::text,
      'appPasswordsRevoked', (select count(*) from revoked))`;
    return [
      ...(blockUser ? [write.block(until, now)] : []),
      write.revokeAppPasswords(now),
      write.audit({ type: 'verification.fraudReported', data }, now),
      write.message(told, now),
      write.message({ ...told, name: 'alarm', type: 'fraud.reported' }, now),
    ];
  }
  if (outcome === 'approved' && purpose === 'register') {
    const { issue, length } = policy.appPassword;
    const data = sql`jsonb_build_object('phoneType', phone_type, 'appPasswordIssued', ${issue}::boolean)`;
    const ids = {
      phoneMethodId: sql`(select id from method)`,
      appPasswordId: issue ? sql`(select id from password)` : none,
    };
    return [
      write.officePhone(now),
      ...(issue ? [write.appPassword({ length, verificationId: id }, now)] : []),
      write.audit({ type: 'phoneMethod.registered', data }, now),
      write.message({ ...told, ...ids }, now),
    ];
  }
  const data = sql`jsonb_build_object('outcome', outcome)`;
  return [write.audit({ type: 'verification.finished', data }, now), write.message(told, now)];
}
