/** Why a sign-in by number was texted to nobody, in words, and what to do; whoever asked for it is not told. */
const WORDS: Record<string, [says: string, action: string | null]> = {
  unknownNumber: [
    'the number is no user name of anybody.',
    'If somebody should sign in with it: list-phones TENANT USER shows whether it is verified, and the backend enables it (enable-sms-sign-in).',
  ],
  userBlocked: ['its user is blocked.', 'Read the reason of the block first; unblock TENANT USER ends it.'],
  unused: [
    'nobody has signed in with it for longer than the policy says (smsSignIn.unusedDays).',
    'Its user signs in otherwise and enables it again.',
  ],
  challengeLocked: [
    'wrong codes ended too many verifications of its user in a row.',
    'Wait, or unblock TENANT USER once it is clear that it was the user.',
  ],
  wrongCodesPerDay: ['too many wrong codes were typed for it in a day by people who only know it.', null],
  textsPerHour: ['people who only know it asked for too many texts in an hour.', null],
  textsPerDay: ['people who only know it asked for too many texts in a day.', null],
  textsPerAddressPerHour: ['too many texts were asked for from one address in an hour.', null],
  perUser: ['its user asked for too many texts (limits.perUser).', null],
  perNumber: ['its user asked for too many texts (limits.perNumber).', null],
};

/** @param reason what the registry has in `decoy` */
export function sayDecoy(reason: string): { says: string; action: string | null } {
  const [why, action] = WORDS[reason] ?? [`the number was taken away meanwhile (${reason}).`, null];
  return { says: `a sign-in by number, of which nobody gets a text: ${why}`, action };
}
