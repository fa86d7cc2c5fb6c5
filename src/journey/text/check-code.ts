import type { Events } from '../../events.ts';
import { type Clock, secondsUntil } from '../../platform/clock.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { Counter } from '../store/admission.ts';
import { type Checked, MOST_CHECKS } from '../store/code-checks.ts';
import type { Decided, Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';
import type { Codes } from './code.ts';
import { afterCall, noCode, refusalOf, tooManyWrong, wrong } from './code-problems.ts';

/**
 * Checks the code that a person typed; resolves to the verification, which a right one approves. The same code with the same
 * idempotency key has the same answer again, and is counted once.
 */
export type CheckCode = (
  tenantId: string,
  id: string,
  code: string,
  idempotencyKey?: string,
) => Promise<Verification>;

/** What checking needs. */
interface CheckDeps {
  texts: Pick<TextStore, 'check' | 'checkedWith' | 'wrongCodesUntil'>;
  wrongCodes: RequestLimits['wrongCodes'];
  unenteredKeys: RequestLimits['unenteredKeys'];
  codes: Codes;
  readVerification: ReadVerification;
  complete: (verification: Decided) => Promise<void>;
  /** Completes in the background what nobody waits for. */
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/verifications/{id}/check`. What the code follows from never changes, so it is read first; counting
 * and deciding are one update. A right code is completed before it is answered.
 */
export function createCheckCode(deps: CheckDeps): CheckCode {
  return async function checkCode(tenantId, id, code, idempotencyKey) {
    const verification = await deps.readVerification(tenantId, id);
    if (verification.escalatedAt !== null) throw afterCall(verification);
    if (verification.channel !== 'sms' || verification.attempts === 0) throw noCode();
    const isRight = isSameText(code, deps.codes.codeOf(verification));
    const key =
      idempotencyKey === undefined ? null : deps.codes.checkKeyOf(verification, idempotencyKey, code);
    const madeUpFor = isRight ? deps.unenteredKeys(textTo(verification)) : [];
    const now = deps.clock.now();
    const budget = deps.wrongCodes(verification, now);
    const checked = await deps.texts.check({ verification, isRight, budget, key, madeUpFor }, now);
    if (checked) await tell(verification, checked, isRight);
    else await repeat(deps, verification, budget, key);
    return deps.readVerification(tenantId, id);
  };

  /** Completes what a right code approved; throws for a wrong one. */
  async function tell({ id: verificationId, tenantId }: Verification, checked: Checked, isRight: boolean) {
    const { wrongKeys: wrongCodes, state } = checked;
    if (isRight) {
      deps.events.emit('code.right', { verificationId, tenantId });
      return deps.complete(checked);
    }
    deps.events.emit('code.wrong', { verificationId, tenantId, wrongCodes });
    if (state === 'decided') deps.completeNow(checked);
    throw wrong(MOST_CHECKS - wrongCodes);
  }
}

const textTo = ({ tenantId, purpose, phoneNumber: e164, country }: Verification) => ({
  ...{ tenantId, purpose },
  phone: { e164, country },
});

/**
 * A code that was not checked, because the same check was there before: it has its answer, and is completed in case its
 * process did not live to do so. Throws for any other.
 */
async function repeat(
  { texts, complete, readVerification, clock }: CheckDeps,
  { tenantId, id }: Verification,
  budget: Counter,
  key: string | null,
): Promise<void> {
  const before = key === null ? null : await texts.checkedWith(id, key);
  if (!before) {
    const now = clock.now();
    const verification = await readVerification(tenantId, id);
    const until = verification.outcome === null ? await texts.wrongCodesUntil(budget, now) : null;
    throw until === null ? refusalOf(verification, now) : tooManyWrong(secondsUntil(until, now));
  }
  if (before.outcome !== 'approved') throw wrong(MOST_CHECKS - before.wrongKeys);
  if (before.state === 'decided') await complete(before);
}
