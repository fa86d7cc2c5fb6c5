import { randomInt } from 'node:crypto';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Challenge, Purpose } from '../states.ts';

/** What the person has to do to approve. */
interface ChosenChallenge {
  challenge: Challenge;
  /** Two digits for the screen, for number matching only. */
  challengeDigits: string | null;
}

/** Chooses what the person has to do to approve. A test grants nothing, so it asks for `#` only. */
export function chooseChallenge(purpose: Purpose, policy: Pick<TenantPolicy, 'challenge'>): ChosenChallenge {
  const challenge = purpose === 'testExtension' ? 'pound' : policy.challenge;
  return { challenge, challengeDigits: challenge === 'numberMatch' ? newDigits() : null };
}

/** 10 to 99: two keys to press, and none of them the lone 0 that reports fraud. */
function newDigits(): string {
  return String(randomInt(10, 100));
}
