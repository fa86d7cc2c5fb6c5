/** A number for the eye and for the ear. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Words in the language of the page. */
export interface ExtensionWords {
  /** Spoken, such as `extension` or `anknytning`. */
  extension: string;
  /** Seen, such as `ext.` or `ankn.`. */
  extensionShort: string;
}

/** The same number twice: show the one, hidden from screen readers, and give them the other. */
export interface ReadableNumber {
  /** `+46 8 465 004 22 ext. 12`. Isolate it, left to right, without line breaks. */
  seen: string;
  /** `+ 4 6, 8, 4 6 5, 0 0 4, 2 2, extension, 1 2`: digit by digit, with a pause between groups. */
  spoken: string;
}

/**
 * A number in groups, and digit by digit for those who hear it: read as it is written, it would be a quantity.
 * @param e164 such as `+46846500422`; another text is taken as one group
 * @param extension digits, or null
 */
export function readableNumber(
  e164: string,
  extension: string | null,
  words: ExtensionWords,
): ReadableNumber {
  const grouped = parsePhoneNumberFromString(e164, { extract: false })?.formatInternational() ?? e164;
  const groups = grouped.split(/[^\d+]+/).filter((group) => group !== '');
  const spoken = groups.map(digitByDigit).join(', ');
  if (extension === null) return { seen: grouped, spoken };
  return {
    seen: `${grouped} ${words.extensionShort} ${extension}`,
    spoken: `${spoken}, ${words.extension}, ${digitByDigit(extension)}`,
  };
}

/** Characters one by one, as in `4 6`. */
export const digitByDigit = (text: string): string => [...text].join(' ');
