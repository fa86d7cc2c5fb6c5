/** A message with its code spoken digit by digit, or as it was. */
export interface Paced {
  text: string;
  /** Whether there is one code in it; where there is none or there are several, nobody can say which digits to part. */
  isFound: boolean;
}

/** Four to eight digits of one writing after another, or each by itself with the same kind of gap between them. */
const CODE =
  /(?<!\p{Nd})(?:\p{Nd}{4,8}|(?<!\p{Nd}[ \u00a0\u202f,-]{1,2})\p{Nd}(?:[ \u00a0\u202f,-]{1,2}\p{Nd}){3,7}(?![ \u00a0\u202f,-]{1,2}\p{Nd}(?!\p{Nd})))(?!\p{Nd})/gu;

/** Parts the digits of the code in a message, so that a voice reads each of them. Digits stay in the writing that they have. */
export function paceDigits(message: string): Paced {
  const [found, ...more] = message.matchAll(CODE);
  if (found === undefined || more.length > 0) return { text: message, isFound: false };
  const [code] = found;
  const apart = (code.match(/\p{Nd}/gu) ?? []).join(', ');
  const after = message.slice(found.index + code.length);
  return { text: `${message.slice(0, found.index)}${apart}${after}`, isFound: true };
}
