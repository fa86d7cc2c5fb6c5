import type { JourneyDeps } from '../deps.ts';
import type { Lines } from '../place/lines.ts';
import type { ChooseLocale } from '../request/choose-locale.ts';
import type { Decided } from '../store/rows.ts';
import type { Stores } from '../store/stores.ts';
import type { Budgets } from './budgets.ts';
import { createCheckSignIn } from './check-sign-in.ts';
import { createFollowSignIn } from './follow-sign-in.ts';
import { createRequestSignIn } from './request-sign-in.ts';
import { type ToldSignIn, toSignInView } from './schemas.ts';

/** What people do to sign in with their numbers, and what is told of it. */
export function createSignInSteps(
  { codes, jobs, clock, events, policyAt, deviceTokens, issueAssertion, traces, refusals }: JourneyDeps,
  { texts, signIns, verifications }: Stores,
  next: {
    budgets: Budgets;
    lines: Lines;
    chooseLocale: ChooseLocale;
    complete: (verification: Decided) => Promise<void>;
    completeNow: (verification: Decided) => void;
  },
) {
  const shared = { texts, signIns, verifications, deviceTokens, codes, policyAt, clock, events, ...next };
  const following = createFollowSignIn({ ...shared, schedule: jobs.schedule });
  return {
    ...following,
    requestSignIn: createRequestSignIn({
      ...shared,
      ...{ addJob: jobs.add, noteRefusal: refusals.note, traces },
    }),
    checkSignIn: createCheckSignIn({ ...shared, issueAssertion, readSignIn: following.readSignIn }),
    viewSignIn: (signIn: ToldSignIn) => toSignInView(signIn, clock.now()),
  };
}
