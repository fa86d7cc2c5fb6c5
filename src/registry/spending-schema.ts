/** The tables of what is counted, and of numbers that are not to be called or look like toll fraud. */

/** A phone that somebody who answered it does not want to be called. */
export interface SuppressedNumberTable {
  id: string;
  phoneHash: string;
  maskedNumber: string;
  tenantId: string;
  /** The verification whose call it was. */
  verificationId: string;
  createdAt: Date;
}

/** Calls to a phone since the last approval, of all tenants. */
export interface UnwantedCallsTable {
  phoneHash: string;
  calls: number;
  /** Those that somebody answered. */
  answered: number;
  lastAt: Date;
}

/** Requests of one day (UTC) that would have been refused as toll fraud. */
export interface TollFraudSuspicionTable {
  tenantId: string;
  kind: string;
  /** A country, or the beginning of numbers. */
  subject: string;
  day: string;
  /** The most that were in one hour, and how many of them came after it could have been known. */
  requests: number;
  refusable: number;
  /** The latest of them. */
  verificationId: string;
  firstAt: Date;
  lastAt: Date;
}

/** Since when a tenant calls a country. */
export interface CalledCountryTable {
  tenantId: string;
  country: string;
  firstAt: Date;
}

/** How often something happened in the present window, or how much of something there was. */
export interface RateCountTable {
  /** What is counted; a number is in it as HMAC-SHA-256 under the current hash key. */
  key: string;
  windowEndsAt: Date;
  count: number;
}
