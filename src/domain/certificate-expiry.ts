/** A certificate for Entra that is valid for fewer days than this is warned about. */
export const WARNED_DAYS = 30;
