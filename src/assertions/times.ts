/** The times of assertions, s. */

/** How long after the decision of a sign-in its assertion may be asked for. */
export const ISSUED_WITHIN_S = 120;
/** How long an assertion lasts. */
export const LIFETIME_S = 120;
/** By how much the clocks of those who issue and redeem may differ. */
export const TOLERANCE_S = 60;

/** Seconds since 1970, as claims have them (RFC 7519, NumericDate). */
export const inSeconds = (instant: Date) => Math.floor(instant.getTime() / 1000);
