/** Silences around a dialed extension, s; halves allowed. */
export interface Pauses {
  pauseBeforeS: number;
  pauseAfterS: number;
}

const LONGEST_EXTENSION = 11;
/** Twilio, Calls: the maximum length of SendDigits; each half second of pause takes one character. */
const MOST_SENT = 32;

/** The rule that pauses break which leave no room for the extension. */
export const TOO_MUCH_PAUSE = 'The pauses together must be at most 10.5 seconds.';

/** Whether an extension of so many digits (the longest there is, unless told) and the pauses around it can be dialed. */
export function extensionFits(pauses: Pauses, digits = LONGEST_EXTENSION): boolean {
  return 2 * (pauses.pauseBeforeS + pauses.pauseAfterS) + digits <= MOST_SENT;
}
