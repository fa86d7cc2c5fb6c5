// The name of an organisation as a text carries it.
import { charactersOutsideGsm } from './segments.ts';

/** A name is shortened to no fewer characters than these. */
const SHORTEST_NAME = 12;

/** A word of 4 to 10 letters and digits, one of them a digit: what Android takes for a code (Google: SMS User Consent API). */
export const CODE_LIKE = /(?<![\p{L}\p{N}])(?=[\p{L}\p{N}]*\p{Nd})[\p{L}\p{N}]{4,10}(?![\p{L}\p{N}])/gu;

/** A name on one line, without digits that a phone could take for the code unless there is nothing else in it. */
export function plainName(name: string): string {
  const line = name
    .toWellFormed()
    .replace(/[\p{Z}\p{C}]+/gu, ' ')
    .trim();
  const plain = line.replace(CODE_LIKE, (word) => word.replace(/\p{Nd}/gu, ''));
  return plain.replace(/ {2,}/g, ' ').trim() || line;
}

/** What Unicode does not take apart, and typographic signs. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', ı: 'i', œ: 'oe', Œ: 'OE' },
  ...{ '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' },
};

/** A name whose letters outside GSM-7 have lost their marks, as in `Zabka`; null if some have none to lose. */
export function nameInGsm(name: string): string | null {
  const bare = (letter: string) => PLAIN[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, '');
  const outside = charactersOutsideGsm(name);
  const folded = outside.reduce((rest, letter) => rest.replaceAll(letter, bare(letter)), name);
  return charactersOutsideGsm(folded).length === 0 ? folded : null;
}

const GRAPHEMES = new Intl.Segmenter();

/**
 * As much of a name as fits, at least `SHORTEST_NAME` characters; null if even those do not. What fits when it is long
 * fits when it is shorter. The cut is after a word where not more than half is lost.
 */
export function shortenName(name: string, fits: (shorter: string) => boolean): string | null {
  const graphemes = [...GRAPHEMES.segment(name)].map(({ segment }) => segment);
  const first = (count: number) => graphemes.slice(0, count).join('');
  let [fitting, tooMany] = [SHORTEST_NAME - 1, graphemes.length];
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(first(middle))) fitting = middle;
    else tooMany = middle;
  }
  return fitting < SHORTEST_NAME ? null : cut(first(fitting), graphemes[fitting] === ' ');
}

function cut(name: string, isWhole: boolean): string {
  const afterWord = isWhole ? name.length : name.lastIndexOf(' ');
  const kept = afterWord * 2 >= name.length ? name.slice(0, afterWord) : name;
  return kept.replace(/[\s\p{P}]+$/u, '');
}
