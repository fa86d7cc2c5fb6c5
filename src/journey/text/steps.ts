import type { JourneyDeps } from '../deps.ts';
import type { ReadVerification } from '../ports.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { Decided } from '../store/rows.ts';
import type { Stores } from '../store/stores.ts';
import { createCheckCode } from './check-code.ts';
import { createFollowText } from './follow-text.ts';
import { createSendAgain } from './send-again.ts';

/** What people and providers do about texts: type the code, ask for another text, tell how far it has come. */
export function createTextSteps(
  { codes, jobs, clock, events }: JourneyDeps,
  { texts }: Stores,
  {
    limits: { textCounter, wrongCodes },
    readVerification,
    ...next
  }: {
    limits: Pick<RequestLimits, 'textCounter' | 'wrongCodes'>;
    readVerification: ReadVerification;
    complete: (verification: Decided) => Promise<void>;
    completeNow: (verification: Decided) => void;
  },
) {
  const shared = { texts, readVerification, clock, events };
  return {
    checkCode: createCheckCode({ codes, wrongCodes, ...next, ...shared }),
    sendAgain: createSendAgain({ textCounter, schedule: jobs.schedule, ...shared }),
    followText: createFollowText({ ...shared, ...next }),
  };
}
