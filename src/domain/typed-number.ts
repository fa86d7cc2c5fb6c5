import { refusal } from './number-refusal.ts';

/** libphonenumber refuses longer texts unread. */
const LONGEST = 250;

/** A number as typed, taken apart. */
export interface TypedNumber {
  /** The number without its extension, in characters that libphonenumber reads in one way only. */
  number: string;
  /** 1 to 11 digits, or null. */
  extension: string | null;
}

/**
 * Reads a number as typed. What libphonenumber would read in a surprising way is refused: `67#` at the end eats a
 * group of digits as an American extension, letters become digits or vanish, and digits after a slash that are a
 * second ending would be appended. So the extension is taken off here, and libphonenumber sees the number alone.
 * @throws ServiceError `number.invalid`, naming `/number`
 */
export function readTypedNumber(typed: string): TypedNumber {
  if (typed.length > LONGEST) throw invalid(`This must be at most ${LONGEST} characters long.`);
  const text = narrow(typed).trim();
  const mark = EXTENSION_MARK.exec(text);
  const number = mark ? text.slice(0, mark.index) : text;
  const extension = mark ? readExtension(mark[0], text.slice(mark.index + mark[0].length)) : null;
  if (/[#*]/.test(number)) throw invalid(KEYS_RULE);
  if (/\p{L}/u.test(number)) throw invalid('This must be written in digits, not in letters.');
  if (!ONLY_NUMBER.test(number))
    throw invalid('This must hold digits, spaces, + in front, and ( ) . - / between digits only.');
  if (/\/(?!(\D*\d){5})/.test(number))
    throw invalid('This must be one number: give the digits before and after the slash in one.');
  return { number, extension };
}

const KEYS_RULE = 'This must be a number without # and *; those are keys of a phone.';
const EXTENSION_RULE = 'This must have nothing but 1 to 11 digits for the extension after the number.';

/** Spaces, hyphens and slashes as people type them. */
const ONLY_NUMBER = /^\+?[\d\s().\-‐-―−/]+$/;

/**
 * What stands between a number and its extension, by kind: a word (English, Spanish, Swedish, Russian, Italian), `x`,
 * or the pauses `p` and `w` of phone books, also as `;ext=` of RFC 3966; the pauses `,` and `;`; the American `#`.
 */
const EXTENSION_MARK = new RegExp(
  [
    String.raw`[\s.,;-]*(?:extension|extensión|extn|ext|anknytning|ankn|anx|доб|int|x|p|w)[\s.:=]*`,
    String.raw`[\s.-]*[,;][\s,;]*`,
    String.raw`\s*#\s*`,
  ]
    .map((kind) => String.raw`(?<=[\d)])${kind}`)
    .join('|'),
  'iu',
);

/** Behind `#`, long digits are a number behind a service code, and none make the `#` a key. */
function readExtension(mark: string, rest: string): string {
  const longest = mark.includes('#') ? 7 : 11;
  if (/^\d+$/.test(rest) && rest.length <= longest) return rest;
  throw invalid(mark.includes('#') || /[#*]/.test(rest) ? KEYS_RULE : EXTENSION_RULE);
}

/** Full-width forms (U+FF01 to U+FF5E), and Arabic and Persian digits, as their ASCII counterparts. */
function narrow(text: string): string {
  return text
    .replaceAll(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

function invalid(rule: string) {
  return refusal('number.invalid', '/number', rule);
}
