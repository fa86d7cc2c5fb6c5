import { ServiceError } from '../../errors.ts';
import { later, secondsUntil } from '../../platform/clock.ts';
import { type CountedUser, countedPhone } from './counted-phone.ts';
import type { LimitOn } from './limits.ts';

/** The most texts to a number in ten minutes, by all tenants together. */
const TEXTS = { most: 5, windowS: 600 };

/** Whose text goes to which number (E.164). */
interface TextOf extends CountedUser {
  phoneNumber: string;
}

/** The limit on texts to a number, see `countedPhone`. */
export function textsTo(phoneHashes: (text: string) => string[], of: TextOf, now: Date): LimitOn {
  const counted = phoneHashes(`limit ${countedPhone(of, of.phoneNumber)}`)[0];
  return {
    ...{ key: `texts ${counted}`, name: 'texts', most: TEXTS.most, amount: 1 },
    endsAt: later(now, TEXTS.windowS * 1000),
    error: (until, at) =>
      new ServiceError(
        'limit.reached',
        `${TEXTS.most} text messages were sent to this number in the last ten minutes, which is the most. Wait, or request a call.`,
        { retryAfterS: secondsUntil(until, at) },
      ),
  };
}
