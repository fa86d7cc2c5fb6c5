/** By Unicode's own definition: format characters, and those that show nothing even where no font knows them. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Wide, half-width and small forms of characters that ASCII has, and of the Japanese prolonged sound mark. */
const OTHER_WIDTH = /[\uFE50-\uFE6F\uFF00-\uFFEF]/g;

/**
 * Dashes of all kinds, the minus sign, box-drawing lines and the prolonged sound mark, which Japanese keyboards have
 * where others have the hyphen. Wave dashes stand for "to" in Japanese, so they are none.
 */
const DASH = /[[\p{Pd}--[\u301C\u3030\u30A0]]\u2043\u2212\u2500\u2501\u02D7\u30FC]/gv;

/** Decimal digits of other scripts than ours (Unicode, General_Category Nd): those of one script are ten code points in a row. */
const OTHER_DIGIT = /[\p{Nd}--[0-9]]/gv;

/** The same with ASCII digits in place of those of other scripts. */
const asciiDigits = (text: string): string =>
  text.replaceAll(OTHER_DIGIT, (digit) => String(digitOf(digit.codePointAt(0) ?? 0)));

function digitOf(codePoint: number): number {
  let zero = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  // Some scripts stand directly behind another one: the distance to the beginning of all of them, modulo ten.
  return (codePoint - zero) % 10;
}

/**
 * A line of digits and signs as typed or copied, in characters that have one form only: invisible ones are gone;
 * other widths, digits of other scripts, dashes, brackets and spaces are their ASCII counterparts. Line breaks and
 * tabs stay, since they may stand between two numbers. Other compatibility forms stay as well: a superscript may be
 * the mark of a footnote.
 */
export function plainText(text: string): string {
  return asciiDigits(text)
    .replaceAll(INVISIBLE, '')
    .replaceAll(OTHER_WIDTH, (form) => form.normalize('NFKC'))
    .replaceAll(DASH, '-')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
    .normalize('NFC')
    .trim();
}
