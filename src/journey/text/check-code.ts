import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Events } from '../../events.ts';
import { type Clock, secondsUntil } from '../../platform/clock.ts';
import type { Lane } from '../../platform/lane.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { Counter } from '../store/admission.ts';
import { type Checked, type CodeToCheck, MOST_CHECKS } from '../store/code-checks.ts';
import type { CompleteAtOnce } from '../store/completion.ts';
import { createFinishOrDecide } from '../store/finish-or-decide.ts';
import type { FinishWithCode } from '../store/right-code.ts';
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
  ownStatements: Lane;
  finishWithCode: FinishWithCode;
  completeAtOnce: CompleteAtOnce;
  complete: (verification: Decided) => Promise<void>;
  /** Completes in the background what nobody waits for. */
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/verifications/{id}/check`. What the code follows from never changes, so it is read first; counting
 * and deciding are one update. A right code is completed before it is answered: by the same update, or else by one after it.
 */
export function createCheckCode(deps: CheckDeps): CheckCode {
  const finishOrDecide = createFinishOrDecide();
  return async function checkCode(tenantId, id, code, idempotencyKey) {
    const verification = await deps.readVerification(tenantId, id);
    if (verification.escalatedAt !== null) throw afterCall(verification);
    if (verification.channel !== 'sms' || verification.attempts === 0) throw noCode();
    return deps.ownStatements.run(() => checkOf(verification, code, idempotencyKey));
  };

  async function checkOf(verification: Verification, code: string, idempotencyKey: string | undefined) {
    const { tenantId, id } = verification;
    const now = deps.clock.now();
    const check = toCheck(verification, code, idempotencyKey, now);
    const checkAlone = () => deps.texts.check(check, now);
    if (!check.isRight) return counted(await checkAlone());
    const { finished, decided, late } = await finishOrDecide(
      () => finishAtOnce(verification, check, now),
      checkAlone,
    );
    return finished ?? (decided === null ? await late : null) ?? counted(decided);

    async function counted(checked: Checked | null): Promise<Verification> {
      if (checked) await tell(verification, checked, check.isRight);
      else await repeat(deps, verification, check);
      return deps.readVerification(tenantId, id);
    }
  }

  function toCheck(verification: Verification, code: string, idempotencyKey: string | undefined, now: Date) {
    const isRight = isSameText(code, deps.codes.codeOf(verification));
    return {
      verification,
      isRight,
      budget: deps.wrongCodes(verification, now),
      // Without one that was given, too: a check that was recorded and not answered is found again by it.
      key: deps.codes.checkKeyOf(verification, idempotencyKey ?? randomUUID(), code),
      madeUpFor: isRight ? deps.unenteredKeys(textTo(verification)) : [],
    };
  }

  function finishAtOnce(verification: Verification, check: CodeToCheck, now: Date) {
    const inRequest = AsyncLocalStorage.snapshot();
    return deps.completeAtOnce(
      verification,
      now,
      (how) => deps.finishWithCode(check, how, now),
      (found) => found,
      (row, passOn) => {
        inRequest(tellRight, row);
        return passOn();
      },
    );
  }

  function tellRight({ id: verificationId, tenantId }: Verification): void {
    deps.events.emit('code.right', { verificationId, tenantId });
  }

  /** Completes what a right code approved; throws for a wrong one. */
  async function tell(verification: Verification, checked: Checked, isRight: boolean) {
    const { id: verificationId, tenantId } = verification;
    const { wrongKeys: wrongCodes, state } = checked;
    if (isRight) {
      tellRight(verification);
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
  { budget, key, isRight }: { budget: Counter; key: string; isRight: boolean },
): Promise<void> {
  const before = await texts.checkedWith(id, key);
  if (!before) {
    const now = clock.now();
    const verification = await readVerification(tenantId, id);
    const until = verification.outcome === null ? await texts.wrongCodesUntil(budget, now) : null;
    throw until === null ? refusalOf(verification, now) : tooManyWrong(secondsUntil(until, now));
  }
  if (!isRight) throw wrong(MOST_CHECKS - before.wrongKeys);
  if (before.state === 'decided') await complete(before);
}
