import { DAY_MS, later } from '../../platform/clock.ts';
import type { Counter } from '../store/admission.ts';
import type { Verification } from '../store/rows.ts';
import { countedPhone } from './counted-phone.ts';

/** A verification whose code is checked. */
export type CodeOf = Pick<Verification, 'tenantId' | 'userId' | 'purpose' | 'phoneNumber'>;

/**
 * The most wrong codes in a day for one number and purpose, over all verifications: each new one has five chances of its
 * own, and fifty guess a code with a chance of one in 20,000.
 */
const MOST_WRONG = 50;

/**
 * The counter of wrong codes of users' verifications by text, see `countedPhone`.
 */
export function wrongCodesOf(phoneHashes: (text: string) => string[], of: CodeOf, now: Date): Counter {
  const counted = phoneHashes(`wrong codes ${countedPhone(of, of.phoneNumber)}`)[0];
  return {
    key: `wrongCodes ${of.purpose} ${counted}`,
    ...{ name: 'wrongCodes', most: MOST_WRONG, endsAt: later(now, DAY_MS).toISOString() },
  };
}
