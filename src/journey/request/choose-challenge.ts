import { randomInt } from 'node:crypto';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { VerificationRequest } from '../ports.ts';
import type { Challenge } from '../states.ts';

/** What the person has to do to approve. */
interface ChosenChallenge {
  challenge: Challenge;
  /** Two digits for the screen, for number matching only. */
  challengeDigits: string | null;
}

/** What a request asks the person to do. A test grants nothing, so it asks for `#` only. */
export function challengeOf(
  { purpose, channel }: Pick<VerificationRequest, 'purpose' | 'channel'>,
  policy: Pick<TenantPolicy, 'challenge'>,
): Challenge {
  if (channel === 'sms') return 'code';
  return purpose === 'testExtension' ? 'pound' : policy.challenge;
}

/** Chooses what the person has to do to approve. */
export function chooseChallenge(
  request: Pick<VerificationRequest, 'purpose' | 'channel'>,
  policy: Pick<TenantPolicy, 'challenge'>,
): ChosenChallenge {
  const challenge = challengeOf(request, policy);
  return { challenge, challengeDigits: challenge === 'numberMatch' ? newDigits() : null };
}

/** 10 to 99: two keys to press, and none of them the lone 0 that reports fraud. */
function newDigits(): string {
  return String(randomInt(10, 100));
}
