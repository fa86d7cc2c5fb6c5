import type { JourneyDeps } from '../deps.ts';
import type { Lines } from '../place/lines.ts';
import { createChooseLocale } from '../request/choose-locale.ts';
import type { Decided } from '../store/rows.ts';
import type { Stores } from '../store/stores.ts';
import { createBudgets } from './budgets.ts';
import { createCheckSignIn } from './check-sign-in.ts';
import { createFollowSignIn } from './follow-sign-in.ts';
import { createRequestSignIn } from './request-sign-in.ts';
import { type ToldSignIn, toSignInView } from './schemas.ts';

/** What people do to sign in with their numbers, and what is told of it. */
export function createSignInSteps(
  deps: JourneyDeps,
  { texts, signIns, verifications }: Stores,
  next: {
    lines: Lines;
    complete: (verification: Decided) => Promise<void>;
    completeNow: (verification: Decided) => void;
  },
) {
  const { codes, jobs, clock, events, policyAt, deviceTokens, issueAssertion, traces, refusals } = deps;
  const hash = (text: string) => deps.phoneHashes(text)[0] ?? '';
  const budgets = createBudgets({ hash, spending: deps.spending });
  const chooseLocale = createChooseLocale(deps.prompts);
  const shared = {
    budgets,
    chooseLocale,
    texts,
    signIns,
    verifications,
    deviceTokens,
    codes,
    policyAt,
    clock,
    events,
    ...next,
  };
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
