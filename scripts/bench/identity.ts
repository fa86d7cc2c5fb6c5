/** Users and numbers that the load makes up: one of each for every verification, so that they can be recognised. */

/** Swedish numbers of six digits behind 08-1; libphonenumber takes all of them for office phones. */
const FIRST = 100_000;
const MOST = 500_000;
/** Numbers from here on belong to rows that were there before the load began. */
const SEEDED = 600_000;

/** Who the n-th verification is for. */
export function identityOf(n: number): { userId: string; number: string } {
  return { userId: `user-${n}`, number: `+4681${FIRST + (n % MOST)}` };
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
  const digits = Number(/^\+4681(\d{6})$/.exec(number)?.[1] ?? Number.NaN);
  return digits < SEEDED ? digits - FIRST : Number.NaN;
}
