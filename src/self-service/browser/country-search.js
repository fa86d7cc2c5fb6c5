/** Finds countries by what people type. */

/** @typedef {{ code: string, name: string, callingCode: string, otherNames: readonly string[], areas: readonly string[] }} Country */

/** How well something fits; the lower the better. */
const BEST = { whole: 0, name: 1, word: 2, otherName: 3, within: 4 };

/**
 * The countries that fit what was typed: a name in the language of the page, in English or its own language, an
 * abbreviation, a code, a calling code with or without `+`. Accents, capitals and dots make no difference. Those that fit
 * best come first, else the order stays. All fit when nothing was typed.
 * @param {readonly Country[]} countries
 * @param {string} typed
 * @returns {Country[]}
 */
export function findCountries(countries, typed) {
  const digits = callingDigits(typed);
  const text = plainName(typed);
  if (digits === null && text === '') return [...countries];
  return countries
    .map((country) => ({ country, fit: digits === null ? fitOf(country, text) : fitOfCode(country, digits) }))
    .filter(({ fit }) => fit !== null)
    .toSorted((one, other) => (one.fit ?? 0) - (other.fit ?? 0))
    .map(({ country }) => country);
}

/** `+46`, `0046` and `46` are the same; null: it is no calling code. @param {string} typed */
function callingDigits(typed) {
  const digits = typed.normalize('NFKC').replaceAll(/[\s()./-]/g, '');
  return /^\+?\d+$/.test(digits) ? digits.replace(/^\+|^00/, '') : null;
}

/**
 * More digits than a calling code are a number that begins with it; an area that fits is better than a code that is shared.
 * @param {Country} country
 * @param {string} digits
 */
function fitOfCode({ callingCode, areas }, digits) {
  const code = callingCode.slice(1);
  if (areas.some((area) => digits.length > code.length && digits.startsWith(area.slice(1))))
    return BEST.whole;
  if (digits === code) return areas.length === 0 ? BEST.whole : BEST.name;
  if (digits.startsWith(code)) return areas.length === 0 ? BEST.word : null;
  const starts = code.startsWith(digits) || areas.some((area) => area.slice(1).startsWith(digits));
  return starts ? BEST.otherName : null;
}

/**
 * @param {Country} country
 * @param {string} text
 */
function fitOf({ code, name, otherNames }, text) {
  const own = plainName(name);
  const others = otherNames.map(plainName);
  if (code.toLowerCase() === text || own === text || others.includes(text)) return BEST.whole;
  if (own.startsWith(text)) return BEST.name;
  if (own.includes(` ${text}`)) return BEST.word;
  if (others.some((each) => each.startsWith(text) || each.includes(` ${text}`))) return BEST.otherName;
  return own.includes(text) ? BEST.within : null;
}

/** Letters that Unicode does not take apart. @type {Record<string, string>} */
const LETTERS = {
  ...{ ø: 'o', æ: 'ae', œ: 'oe', ß: 'ss', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
  '&': ' and ',
};

/** @param {string} text */
function plainName(text) {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\p{M}.'’ʻ]/gu, '')
    .replaceAll(/[øæœßłđðþı&]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
