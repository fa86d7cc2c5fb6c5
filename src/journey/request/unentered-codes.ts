import type { TenantPolicy } from '../../domain/policy.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import { HOUR_MS, later, secondsUntil } from '../../platform/clock.ts';
import type { RowPurpose } from '../states.ts';
import type { LimitOn } from './limits.ts';

/** How long texts are counted, and how long none are sent once there were too many, ms. */
const WINDOW_MS = HOUR_MS;
const HOLD_MS = 1_800_000;
/** How many texts one code that was entered makes up for: where a tenth of the codes are entered, nothing is held. */
export const MADE_UP_FOR = 10;
/** The digits in which the numbers of one prefix differ. */
const LAST_DIGITS = 4;

/** What the counters are called, and what of a number they are about. */
const COUNTERS = {
  'texts.prefix': ({ e164 }: Texted) => e164.slice(0, -LAST_DIGITS),
  'texts.country': ({ country }: Texted) => country,
};
type CounterName = keyof typeof COUNTERS;

/** The number of a text: E.164, and ISO 3166-1 alpha-2. */
interface Texted {
  e164: string;
  country: string;
}

/** Whose texts are counted, and to which number. */
export interface TextTo extends Pick<User, 'tenantId'> {
  purpose: RowPurpose;
  phone: Texted;
}

/**
 * Whoever earns on texts (SMS pumping) asks for them to neighbouring numbers, and enters no code. So each tenant's texts to a
 * prefix and to a country are counted, less ten for each code that was entered. Who signs in has a verified number and counts for nothing.
 * @param phoneHashes keeps prefixes unreadable, see `createLimits`
 */
export function unenteredLimits(
  phoneHashes: (text: string) => string[],
  of: TextTo,
  { textMessage: { unentered } }: Pick<TenantPolicy, 'textMessage'>,
  now: Date,
): LimitOn[] {
  const most = { 'texts.prefix': unentered.perPrefix, 'texts.country': unentered.perCountry };
  return countersOf(phoneHashes, of).flatMap(({ name, key }) => {
    const limit = most[name];
    if (limit === null) return [];
    const endsAt = later(now, WINDOW_MS);
    return [{ name, key, most: limit, amount: 1, endsAt, alarmsAt: [100], error: held }];
  });
}

/** The counters that a code which was entered makes up for, by their keys. */
export function unenteredKeys(phoneHashes: (text: string) => string[], of: TextTo): string[] {
  return countersOf(phoneHashes, of).map(({ key }) => key);
}

function countersOf(phoneHashes: (text: string) => string[], { tenantId, purpose, phone }: TextTo) {
  if (purpose === 'signIn') return [];
  return NAMES.map((name) => ({
    name,
    key: `${name} ${tenantId} ${phoneHashes(`limit ${name} ${COUNTERS[name](phone)}`)[0]}`,
  }));
}

const NAMES = Object.keys(COUNTERS) as CounterName[];

/** Whether a counter is one of these. */
export function isUnentered(name: string): name is CounterName {
  return NAMES.some((known) => known === name);
}

/** Until when nothing is sent after a counter was reached now. */
export const heldUntil = (now: Date): Date => later(now, HOLD_MS);

/** What an operator is told of the numbers of a counter: the last digits are hidden. */
export function subjectOf(name: CounterName, phone: Texted): string {
  return COUNTERS[name](phone) + (name === 'texts.prefix' ? '•'.repeat(LAST_DIGITS) : '');
}

function held(until: Date, now: Date): ServiceError {
  return new ServiceError(
    'limit.reached',
    'Many text messages to numbers like this one were asked for, and few of their codes were entered. Wait for the time in Retry-After, or request a call.',
    { retryAfterS: secondsUntil(until, now) },
  );
}
