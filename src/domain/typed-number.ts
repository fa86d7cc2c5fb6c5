import { type MarkedExtension, splitAtMark } from './extension-mark.ts';
import { refusal } from './number-refusal.ts';
import { readTelUri } from './tel-uri.ts';
import { plainText } from './typed-text.ts';

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
 * group of digits as an American extension, letters become digits or vanish, and digits after a slash or in brackets
 * that are a second ending would be appended. So the extension is taken off here, and libphonenumber sees the number
 * alone.
 * @throws ServiceError `number.invalid`, naming `/number`
 */
export function readTypedNumber(typed: string): TypedNumber {
  if (typed.length > LONGEST) throw invalid(`This must be at most ${LONGEST} characters long.`);
  const text = plainText(typed);
  const uri = readTelUri(text);
  if (uri && 'rule' in uri) throw invalid(uri.rule);
  const marked = splitAtMark(uri?.number ?? text);
  // As in `(+46) 8`; libphonenumber wants the + in front.
  const number = (marked?.number ?? uri?.number ?? text).replace(/^\(\s*(?=\+)/, '');
  const extensions = [
    ...(marked ? [behindMark(marked)] : []),
    ...(uri && uri.extension !== null ? [checked(uri.extension)] : []),
  ];
  if (extensions.length > 1) throw invalid(EXTENSION_RULE);
  checkNumber(number);
  return { number, extension: extensions[0] ?? null };
}

const KEYS_RULE = 'This must be a number without # and *; those are keys of a phone.';
const EXTENSION_RULE = 'This must have nothing but 1 to 11 digits for the extension after the number.';
const TWO_NUMBERS_RULE =
  'This must be one number; write an extension as in "ext. 12", or give it in the field extension.';

/** Characters of a number, once `plainText` has replaced their other forms. */
const ONLY_NUMBER = /^\+?[\d ().\-/]+$/;

function checkNumber(number: string): void {
  if (/[#*]/.test(number)) throw invalid(KEYS_RULE);
  if (/\p{L}/u.test(number))
    throw invalid(
      'This must be written in digits, not in letters; an extension is written as in "ext. 12", or given in the field extension.',
    );
  if (/[\t\n\v\f\r\u2028\u2029]/.test(number)) throw invalid('This must be one number, on one line.');
  if (!ONLY_NUMBER.test(number))
    throw invalid('This must hold digits, spaces, + in front, and ( ) . - / between digits only.');
  if (/\/(?!(\D*\d){5})/.test(number))
    throw invalid('This must be one number: give the digits before and after the slash in one.');
  // Where numbers have no fixed length, an extension in brackets would become part of the number.
  if (/\d\D*\(\D*\d+\D*\)\D*$/.test(number)) throw invalid(TWO_NUMBERS_RULE);
}

/**
 * The longest extensions. Behind `#`, more digits are a number behind a service code, and none make the `#` a key;
 * behind a comma or semicolon they are another number (libphonenumber has the same bound).
 */
const LONGEST_BEHIND = { word: 11, pause: 9, key: 7 };

function behindMark({ kind, rest }: MarkedExtension): string {
  if (kind === 'key' && !(/^\d+$/.test(rest) && rest.length <= LONGEST_BEHIND.key)) throw invalid(KEYS_RULE);
  if (kind === 'pause' && (rest.match(/\d/g) ?? []).length > LONGEST_BEHIND.pause)
    throw invalid(TWO_NUMBERS_RULE);
  return checked(rest);
}

function checked(extension: string): string {
  if (/^\d{1,11}$/.test(extension)) return extension;
  throw invalid(/[#*]/.test(extension) ? KEYS_RULE : EXTENSION_RULE);
}

function invalid(rule: string) {
  return refusal('number.invalid', '/number', rule);
}
