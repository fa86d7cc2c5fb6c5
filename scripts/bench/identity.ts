/** Users and numbers that the load makes up: one of each for every verification, so that they can be recognised. */

/** Swedish numbers of six digits behind 08-1 and 070-1; libphonenumber takes all of them for office phones, and for mobiles. */
const FIRST = 100_000;
const MOST = 500_000;
/** Numbers from here on belong to rows that were there before the load began. */
const SEEDED = 600_000;

/** How a verification reaches its phone. */
export type Reached = 'call' | 'sms';

const PREFIXES: Record<Reached, string> = { call: '+4681', sms: '+46701' };

/** Who the n-th verification is for. */
export function identityOf(n: number, reached: Reached = 'call'): { userId: string; number: string } {
  return { userId: `user-${n}`, number: `${PREFIXES[reached]}${FIRST + (n % MOST)}` };
}

/** The number of the n-th row that was there before, E.164; n below 400,000. */
export function seededNumber(n: number): string {
  return `+4681${SEEDED + (n % 400_000)}`;
}

/** Which verification a user is of; NaN for others. */
export function ofUser(userId: string): number {
  return Number(/^user-(\d+)$/.exec(userId)?.[1] ?? Number.NaN);
}

/** Which verification a called number is of; NaN for others. */
export function ofNumber(number: string): number {
  const digits = Number(/^\+46(?:81|701)(\d{6})$/.exec(number)?.[1] ?? Number.NaN);
  return digits < SEEDED ? digits - FIRST : Number.NaN;
}
