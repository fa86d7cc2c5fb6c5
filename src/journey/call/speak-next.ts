import type { CallStep, Greeting } from '../../providers/dialogue.ts';
import type { PolicyAt, Question } from '../ports.ts';
import type { LiveCall } from '../store/rows.ts';
import { chooseGreeting } from './choose-greeting.ts';
import { stepToPlay } from './rules.ts';

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
  /** The prompt and the challenge of the question, for the answer to come back with; null when the call is not known. */
  asked: Question | null;
}

/** Turns a call as it stands into what is played. */
export type SpeakNext = (call: LiveCall | null, callId: string) => Promise<Spoken>;

/** @param deps.policyAt for the name that the prompt speaks */
export function createSpeakNext(deps: { policyAt: PolicyAt }): SpeakNext {
  return async function speakNext(call, callId) {
    const step = stepToPlay(call, callId);
    if (!call)
      return { step, tenantId: null, locale: null, organisation: '', greeting: null, round: 0, asked: null };
    const { tenantId, locale, round, prompt, challenge } = call;
    const { organisation, greeting } = await deps.policyAt(tenantId, call.policyNow);
    const spoken = {
      step,
      tenantId,
      locale,
      organisation,
      greeting: chooseGreeting(greeting, locale),
      round,
    };
    return { ...spoken, asked: { prompt, challenge } };
  };
}
