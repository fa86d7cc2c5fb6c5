import { randomUUID } from 'node:crypto';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import { type Clock, later } from '../platform/clock.ts';
import { ProviderError, type Providers } from '../providers/port.ts';
import type { Step } from './advance.ts';
import type { Outcome } from './outcomes.ts';
import type { MakeAppPassword, RulesOf } from './ports.ts';
import type { CallAttemptStore } from './store/call-attempts.ts';
import type { CompletionIds, CompletionStore } from './store/completion.ts';
import type { Verification } from './store/rows.ts';

/** Outcomes that may be decided while the phone still rings or a prompt still plays. */
const CALL_MAY_LIVE: readonly (Outcome | null)[] = ['canceled', 'voicemail', 'expired', 'providerError'];

/**
 * State `decided` → `finished`. Ends a call that nobody needs any more; an approved registration leaves the office
 * phone and the app password behind, a report of fraud a blocked user without app passwords, everything else only its
 * outcome.
 */
export function createCompleteRegistration(deps: {
  completion: CompletionStore;
  attempts: CallAttemptStore;
  network: Pick<Providers, 'endCall'>;
  rulesOf: RulesOf;
  makeAppPassword: MakeAppPassword;
  clock: Clock;
  events: Events;
  log: Logger;
}): Step {
  return async function complete(verification) {
    if (CALL_MAY_LIVE.includes(verification.outcome)) await endCall(verification);
    await endingOf(verification)(verification);
    return 'moved';
  };

  function endingOf({ outcome, purpose }: Verification): (verification: Verification) => Promise<void> {
    if (outcome === 'fraudReported') return reportFraud;
    return outcome === 'approved' && purpose === 'register' ? register : finish;
  }

  async function register(verification: Verification): Promise<void> {
    const { id, tenantId } = verification;
    const { appPassword } = await deps.rulesOf(tenantId);
    const made = appPassword.issue
      ? deps.makeAppPassword({ length: appPassword.length, verificationId: id })
      : null;
    const ids = { ...newIds(), phoneMethodId: randomUUID() };
    const completed = await deps.completion.register(id, { ...ids, appPassword: made }, deps.clock.now());
    if (!completed) return;
    deps.events.emit('phoneMethod.registered', { verificationId: id, tenantId });
    if (completed.appPasswordId) deps.events.emit('appPassword.issued', { verificationId: id, tenantId });
    report(verification);
  }

  async function finish(verification: Verification): Promise<void> {
    if (await deps.completion.finish(verification.id, newIds(), deps.clock.now())) report(verification);
  }

  async function reportFraud(verification: Verification): Promise<void> {
    const { fraud } = await deps.rulesOf(verification.tenantId);
    const now = deps.clock.now();
    const expiresAt = fraud.blockForS === null ? null : later(now, fraud.blockForS * 1000);
    const ids = { ...newIds(), fraudOutboxId: randomUUID() };
    const block = fraud.blockUser ? { expiresAt } : null;
    if (await deps.completion.reportFraud(verification.id, ids, block, now)) report(verification);
  }

  function report({ id, tenantId, outcome, errorCode }: Verification): void {
    deps.events.emit('verification.finished', {
      verificationId: id,
      tenantId,
      outcome: outcome ?? 'none',
      ...(errorCode ? { errorCode } : {}),
    });
  }

  /** Best effort: the call has a time limit of its own, and whoever answers it hears that it is over. */
  async function endCall(verification: Verification): Promise<void> {
    const attempt = verification.attemptId && (await deps.attempts.read(verification.attemptId));
    if (!attempt || attempt.callId === null || attempt.endedAt) return;
    try {
      await deps.network.endCall({ callId: attempt.callId, lineNumber: attempt.lineNumber });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      deps.log.warn(
        { verificationId: verification.id, errorCode: error.errorCode },
        'a call could not be ended early',
      );
    }
  }
}

function newIds(): CompletionIds {
  return { auditEventId: randomUUID(), outboxId: randomUUID() };
}
