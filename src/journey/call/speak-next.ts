import type { CallStep, Greeting, SpokenMessage } from '../../providers/dialogue.ts';
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
  /** Somebody else's message, where it is spoken. */
  message: SpokenMessage | null;
  round: number;
  /** The prompt and the challenge of the question, for the answer to come back with; null when the call is not known. */
  asked: Question | null;
}

/** Turns a call as it stands into what is played. */
export type SpeakNext = (call: LiveCall | null, callId: string) => Promise<Spoken>;

/**
 * @param deps.policyAt for the name that the prompt speaks
 * @param deps.messageOf the message of a verification that passes one on; null: it is over
 */
export function createSpeakNext(deps: {
  policyAt: PolicyAt;
  messageOf: (verificationId: string) => Promise<SpokenMessage | null>;
}): SpeakNext {
  return async function speakNext(call, callId) {
    const step = stepToPlay(call, callId);
    if (!call) return { ...NOBODYS, step };
    const { tenantId, locale, round, prompt, challenge } = call;
    const { organisation, greeting } = await deps.policyAt(tenantId, call.policyNow);
    const message = step === 'message' ? await deps.messageOf(call.id) : null;
    const spoken = {
      step: step === 'message' && message === null ? ('call-over' as const) : step,
      message,
      tenantId,
      locale,
      organisation,
      greeting: chooseGreeting(greeting, locale),
      round,
    };
    return { ...spoken, asked: { prompt, challenge } };
  };
}

/** A call of which nothing is known. */
const NOBODYS = {
  ...{ tenantId: null, locale: null, organisation: '', greeting: null, message: null, round: 0, asked: null },
};
