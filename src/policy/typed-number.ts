import { extensionRefusal, refusal } from './refusal.ts';

/** libphonenumber refuses longer texts unread. */
const LONGEST = 250;

/**
 * A number as typed, reduced to characters that libphonenumber reads in one way only. What it would read in a
 * surprising way is refused: `67#` at the end eats a group of digits as an American extension, letters become digits
 * or vanish, and digits after a slash that are a second ending would be appended.
 * @throws ServiceError `number.extensionUnsupported` or `number.invalid`, naming `/number`
 */
export function readTypedNumber(typed: string): string {
  if (typed.length > LONGEST) throw invalid(`This must be at most ${LONGEST} characters long.`);
  const text = narrow(typed).trim();
  if (EXTENSIONS.some((form) => form.test(text))) throw extensionRefusal();
  if (/[#*]/.test(text)) throw invalid('This must be a number without # and *; those are keys of a phone.');
  if (/\p{L}/u.test(text)) throw invalid('This must be written in digits, not in letters.');
  if (!ONLY_NUMBER.test(text))
    throw invalid('This must hold digits, spaces, + in front, and ( ) . - / between digits only.');
  if (/\/(?!(\D*\d){5})/.test(text))
    throw invalid('This must be one number: give the digits before and after the slash in one.');
  return text;
}

/** Spaces, hyphens and slashes as people type them; digits also in Arabic and Persian, which libphonenumber reads. */
const ONLY_NUMBER = /^\+?[\d٠-٩۰-۹\s().\-‐-―−/]+$/;

/** Ways to write an extension after a number. */
const EXTENSIONS = [
  // Words (English, Spanish, Swedish, Russian, Italian), `x12`, and the pauses `p12` and `w12`.
  /\d[\s).-]*(?:ext|extn|extension|extensión|anknytning|ankn|anx|доб|int|x|p|w)\s*[.:=]*\s*\d/iu,
  // The pauses `,12` and `;12`, and `;ext=12` of RFC 3966.
  /\d[\s.-]*[,;]/,
  // `#12`; a `#` at the very end is a key, and long digits behind it are a number behind a service code.
  /\d\s*#\s*\d{1,7}$/,
];

/** Full-width forms (U+FF01 to U+FF5E) as their ASCII counterparts. */
function narrow(text: string): string {
  return text.replaceAll(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

function invalid(rule: string) {
  return refusal('number.invalid', '/number', rule);
}
