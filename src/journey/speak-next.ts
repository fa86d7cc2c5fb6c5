import type { CallStep } from '../phone-network/twiml/steps.ts';
import type { RulesOf } from './ports.ts';
import { stepToPlay } from './rules.ts';
import type { LiveCall } from './store/live-calls.ts';

/** What the person hears next. `round` numbers the question, for the answer to come back with. */
export interface Spoken {
  step: CallStep;
  /** The language, or null when the call is not known: then the webhook's own address says it. */
  locale: string | null;
  organisation: string;
  round: number;
}

/** Turns a call as it stands into what is played. */
export type SpeakNext = (call: LiveCall | null, callId: string) => Promise<Spoken>;

/** @param deps.rulesOf for the name that the prompt speaks */
export function createSpeakNext(deps: { rulesOf: RulesOf }): SpeakNext {
  return async function speakNext(call, callId) {
    const step = stepToPlay(call, callId);
    if (!call) return { step, locale: null, organisation: '', round: 0 };
    const { organisation } = await deps.rulesOf(call.tenantId);
    return { step, locale: call.locale, organisation, round: call.round };
  };
}
