/** A message with its code spoken digit by digit, or as it was. */
export interface Paced {
  text: string;
  /** Whether there is one code in it; where there is none or there are several, nobody can say which digits to part. */
  isFound: boolean;
}

/** Four to eight digits of one writing after another, or each by itself with the same kind of gap between them. */
const CODE = /(?<!\p{Nd})(?:\p{Nd}{4,8}|\p{Nd}(?:[ \u00a0\u202f,-]{1,2}\p{Nd}){3,7})(?!\p{Nd})/gu;

/** Parts the digits of the code in a message, so that a voice reads each of them. Digits stay in the writing that they have. */
export function paceDigits(message: string): Paced {
  const codes = message.match(CODE) ?? [];
  const [code] = codes;
  if (code === undefined || codes.length > 1) return { text: message, isFound: false };
  const apart = (code.match(/\p{Nd}/gu) ?? []).join(', ');
  return { text: message.replace(code, () => apart), isFound: true };
}
