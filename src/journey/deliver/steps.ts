import type { JourneyDeps } from '../deps.ts';
import type { Lines } from '../place/lines.ts';
import { createChooseLocale } from '../request/choose-locale.ts';
import type { RequestLimits } from '../request/limits.ts';
import type { Stores } from '../store/stores.ts';
import { createDeliverMessage } from './deliver-message.ts';
import type { Messages } from './messages.ts';

/** What takes messages of others over. */
export function createDeliverSteps(
  deps: JourneyDeps,
  stores: Stores,
  next: {
    limits: RequestLimits;
    lines: Lines;
    messages: Messages;
    advanceNow: (verification: { id: string }) => void;
  },
) {
  const { prompts, jobs } = deps;
  const { resolveLocale } = prompts;
  const chooseLocale = createChooseLocale(prompts);
  return {
    deliverMessage: createDeliverMessage({
      ...{ ...deps, ...stores, ...next },
      ...{ chooseLocale, resolveLocale, addJob: jobs.add },
    }),
  };
}
