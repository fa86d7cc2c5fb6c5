import type { JourneyDeps } from '../deps.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { CompleteAtOnce } from '../store/completion.ts';
import { createFinishWithCode } from '../store/right-code.ts';
import type { Decided } from '../store/rows.ts';
import type { Stores } from '../store/stores.ts';
import { createCallInstead } from './call-instead.ts';
import { createCheckCode } from './check-code.ts';
import type { Escalate } from './escalate.ts';
import { createFollowText } from './follow-text.ts';
import { createSendAgain } from './send-again.ts';

/** What people and providers do about texts: type the code, ask for another text, tell how far it has come. */
export function createTextSteps(
  { run, writes, ownStatements, codes, jobs, policyAt, clock, events }: JourneyDeps,
  { texts, escalations, verifications }: Stores,
  {
    limits,
    readVerification,
    escalate,
    ...next
  }: {
    limits: RequestLimits;
    readVerification: ReadVerification;
    escalate: Escalate;
    complete: (verification: Decided) => Promise<void>;
    completeAtOnce: CompleteAtOnce;
    completeNow: (verification: Decided) => void;
  },
) {
  const { schedule } = jobs;
  const { wrongCodes, unenteredKeys } = limits;
  const shared = { texts, readVerification, schedule, clock, events };
  return {
    checkCode: createCheckCode({
      ...{ codes, wrongCodes, unenteredKeys, ownStatements },
      finishWithCode: createFinishWithCode(run, writes),
      ...{ ...next, ...shared },
    }),
    sendAgain: createSendAgain({ limits, policyAt, ...shared }),
    callInstead: createCallInstead({ escalate, policyAt, ...shared }),
    followText: createFollowText({ verifications, escalations, escalate, ...shared, ...next }),
  };
}
