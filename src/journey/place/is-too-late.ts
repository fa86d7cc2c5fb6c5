import { later } from '../../platform/clock.ts';
import { SHORTEST_LIFE_MS } from '../store/attempts.ts';
import type { Verification } from '../store/rows.ts';

/**
 * Whether the code of a text would expire too soon. The first text of a user's verification begins its life; an earlier one
 * may still arrive.
 */
export function isTooLate(verification: Verification, now: Date): boolean {
  const { channel, attempts, signIn, expiresAt } = verification;
  const beginsLife = attempts === 0 && signIn === null;
  return channel === 'sms' && !beginsLife && expiresAt < later(now, SHORTEST_LIFE_MS);
}
