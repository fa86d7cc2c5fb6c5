/** Verifications in a row that ended with wrong answers to a challenge. */
export interface ChallengeFailureTable {
  tenantId: string;
  userId: string;
  challenge: string;
  failures: number;
  /** Null: no number of failures that locks it. */
  lockedUntil: Date | null;
  updatedAt: Date;
}

/** Requests of a user that were refused with the same code in the same minute. */
export interface RefusalTable {
  tenantId: string;
  userId: string;
  /** A code of `errors.ts`. */
  code: string;
  minute: Date;
  /** HMAC-SHA-256 of the number (E.164) under the current hash key; empty: there was no number that could be read. */
  numberHash: string;
  /** What the last of them was answered; numbers are masked. */
  detail: string;
  /** How many there were at least. */
  count: number;
  lastAt: Date;
}
