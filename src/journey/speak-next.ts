import type { CallStep, Greeting } from '../providers/dialogue.ts';
import { chooseGreeting } from './choose-greeting.ts';
import type { RulesOf } from './ports.ts';
import { stepToPlay } from './rules.ts';
import type { LiveCall } from './store/live-calls.ts';

/** What the person hears next. `round` numbers the question, for the answer to come back with. */
export interface Spoken {
  step: CallStep;
  /** Whose texts are spoken, or null when the call is not known. */
  tenantId: string | null;
  /** The language, or null when the call is not known: then the webhook's own address says it. */
  locale: string | null;
  organisation: string;
  /** What the tenant says before its first prompt. */
  greeting: Greeting | null;
  round: number;
}

/** Turns a call as it stands into what is played. */
export type SpeakNext = (call: LiveCall | null, callId: string) => Promise<Spoken>;

/** @param deps.rulesOf for the name that the prompt speaks */
export function createSpeakNext(deps: { rulesOf: RulesOf }): SpeakNext {
  return async function speakNext(call, callId) {
    const step = stepToPlay(call, callId);
    if (!call) return { step, tenantId: null, locale: null, organisation: '', greeting: null, round: 0 };
    const { tenantId, locale, round } = call;
    const { organisation, greeting } = await deps.rulesOf(tenantId);
    return { step, tenantId, locale, organisation, greeting: chooseGreeting(greeting, locale), round };
  };
}
