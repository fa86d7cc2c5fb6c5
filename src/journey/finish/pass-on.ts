import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import type { ContestSignIn } from '../ports.ts';
import type { Decided } from '../store/rows.ts';

/** What becomes of the job of a verification, in the background. */
interface Jobs {
  wake(verificationId: string): void;
  remove(verificationId: string): void;
}

/** What passing on needs. */
interface PassOnDeps {
  contestSignIn: ContestSignIn;
  /** Delivers a message that was just written; if this process dies, another does. */
  deliverMessage: (written: unknown) => void;
  jobs: Jobs;
  events: Events;
}

/** Tells those who wait for the end of a verification, once it is committed; `message` is the first that was written for its tenant. */
export type PassOn = (verification: Decided, policy: TenantPolicy, message: unknown) => Promise<void>;

/** Whether the challenge is the code of a text message. */
export const isText = ({ challenge }: Pick<Decided, 'challenge'>): boolean => challenge === 'code';

/** Passes on that a verification has finished, to the log, the tenant and its job. */
export function createPassOn({ contestSignIn, deliverMessage, jobs, events }: PassOnDeps): PassOn {
  return async function passOn(verification, policy, message) {
    if (verification.purpose === 'deliver') reportMessage(events, verification);
    else if (verification.signIn === null) report(events, verification, policy);
    else reportSignIn(events, verification);
    if (message !== null) deliverMessage(message);
    endJob(jobs, verification);
    if (policy.smsSignIn.allowed && isRegistration(verification) && verification.phoneType === 'mobile')
      await contestSignIn(verification, policy.smsSignIn);
  };
}

function isRegistration({ outcome, purpose }: Decided): boolean {
  return outcome === 'approved' && purpose === 'register';
}

function report(events: Events, verification: Decided, policy: TenantPolicy): void {
  const { id, tenantId } = verification;
  const registered = isRegistration(verification);
  if (registered) events.emit('phoneMethod.registered', { verificationId: id, tenantId });
  if (registered && policy.appPassword.issue && !verification.withoutAppPassword)
    events.emit('appPassword.issued', { verificationId: id, tenantId });
  events.emit('verification.finished', { verificationId: id, tenantId, ...endOf(verification) });
}

function reportSignIn(events: Events, { decoy, ...verification }: Decided): void {
  const { id, tenantId, outcome } = verification;
  const end = { outcome: outcome ?? 'none', ...(decoy === null ? {} : { decoy }) };
  events.emit('signIn.finished', { verificationId: id, tenantId, ...end });
}

function reportMessage(events: Events, verification: Decided): void {
  const { id, tenantId } = verification;
  events.emit('message.finished', { verificationId: id, tenantId, ...endOf(verification) });
}

function endOf({ outcome, errorCode }: Decided) {
  return { outcome: outcome ?? 'none', ...(errorCode ? { errorCode } : {}) };
}

/**
 * A backend's job, which the backend waits for, ends with its verification. Ours sleeps until the code of a text expires; of one that
 * expires it is the job that is at work here.
 */
function endJob(jobs: Jobs, verification: Decided): void {
  if (verification.jobId !== null) jobs.wake(verification.id);
  else if (isText(verification) && verification.outcome !== 'expired') jobs.remove(verification.id);
}
