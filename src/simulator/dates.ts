/** Twilio's way of writing instants. */

/** `instant` (milliseconds since 1970) as RFC 2822 with a numeric zone: `Tue, 31 Aug 2010 20:36:28 +0000`. */
export function rfc2822(instant: number): string {
  return new Date(instant).toUTCString().replace('GMT', '+0000');
}
