import { later } from '../../platform/clock.ts';
import { SHORTEST_LIFE_MS, SHORTEST_MESSAGE_MS } from '../store/begin-attempt.ts';
import type { Verification } from '../store/rows.ts';

/**
 * Whether the code of a text, or a message, would expire too soon. The first text of a user's verification begins its life; an earlier one
 * may still arrive. A message of somebody else has the life that it came with.
 */
export function isTooLate(verification: Verification, now: Date): boolean {
  const { channel, purpose, attempts, signIn, expiresAt } = verification;
  if (purpose === 'deliver') return expiresAt < later(now, SHORTEST_MESSAGE_MS);
  const beginsLife = attempts === 0 && signIn === null;
  return channel === 'sms' && !beginsLife && expiresAt < later(now, SHORTEST_LIFE_MS);
}
