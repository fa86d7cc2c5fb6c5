/** People at desk phones, question by question. */
import type { Script } from '../../src/simulator/script.ts';

/** How long after a question a person must wait for it to have passed in silence, ms: it is waited for 5 s. */
const PASSED_MS = 5_500;

/** Keys in answer to one question; after a silence they come when the question has passed and the next one is spoken. */
type Answer = string | { afterSilence: string };

/** Somebody who picks up and answers each question with the keys given for it, then does nothing any more. */
export function pressing(...answers: Answer[]): Script {
  const reactions = answers.map((answer) => ({
    on: 'promptEnd' as const,
    afterMs: typeof answer === 'string' ? 500 : PASSED_MS,
    press: typeof answer === 'string' ? answer : answer.afterSilence,
  }));
  return { pickUp: { kind: 'answer', afterMs: 1_000, by: 'human' }, reactions };
}
