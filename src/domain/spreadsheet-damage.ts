/** What spreadsheets do to phone numbers on their way to a file. */
import { countryOf } from './any-number.ts';
import { plainText } from './typed-text.ts';

/**
 * What a spreadsheet seems to have done to a number, as a sentence that says what to do, or null. What was lost is never
 * guessed: another number could be meant.
 * @param typed the number as it stands in the file
 * @param country the country that stands beside it, if any
 */
export function spreadsheetDamage(typed: string, country: string | undefined): string | null {
  const text = plainText(typed);
  if (/^\d+([.,]\d+)?e\+?\d+$/i.test(text))
    return 'A spreadsheet has rounded this number, so its last digits are lost. Format the column as text, and enter the number again.';
  if (/^['’‘`´]/.test(text))
    return 'An apostrophe stands before this number: a spreadsheet writes one to mark text. Remove it.';
  if (/^=/.test(text)) return 'This is a formula of a spreadsheet. Enter the number itself, as text.';
  if (/^\d+[.,]0+$/.test(text))
    return 'A spreadsheet has written this number with decimals. Format the column as text, and enter the number again.';
  return country === undefined ? lostPlus(text) : null;
}

/** Digits that are a whole number of a country once a + stands before them. */
function lostPlus(text: string): string | null {
  if (!/^[1-9][\d ().\-/]+$/.test(text)) return null;
  const country = countryOf(`+${text}`);
  if (country === null) return null;
  return `These digits begin with a country code (that of ${country}), but without the + before it, which spreadsheets take away; they may be another number in another country. Write the +, or give the country.`;
}
