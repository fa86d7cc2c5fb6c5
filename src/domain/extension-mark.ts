/** What people write between a number and its extension. Texts are those of `plainText`. */

/** Words and their abbreviations, by language; dots behind them and upper case make no difference. */
const WORDS = {
  english: ['extension', 'xtension', 'exten', 'extn', 'ext', 'xtn', 'xt'],
  danish: ['lokalnummer', 'lokal', 'lok', 'internnummer', 'intern', 'ekstension'],
  dutch: ['toestelnummer', 'toestel', 'tst', 'doorkiesnummer', 'doorkies', 'intern'],
  finnish: ['alanumero', 'alaliittymä', 'alanum', 'ala'],
  french: ['poste', 'interne', 'extension'],
  german: [
    'durchwahlnummer',
    'durchwahl',
    'duwa',
    'dw',
    'nebenstelle',
    'nebenstellen',
    'nst',
    'hausapparat',
    'apparat',
    'app',
    'klappe',
  ],
  italian: ['interno', 'int'],
  japanese: ['内線番号', '内線', '内'],
  norwegian: ['internnummer', 'intern', 'biapparat', 'lokal'],
  polish: ['wewnętrzny', 'wewnetrzny', 'wewn', 'wew'],
  portuguese: ['ramal', 'ram', 'extensão', 'extensao', 'r'],
  russian: ['добавочный', 'доб', 'внутренний', 'внутр', 'вн'],
  spanish: ['extensión', 'anexo', 'interno'],
  swedish: [
    'anknytningsnummer',
    'anknytningsnr',
    'anknytning',
    'anknytn',
    'ankn',
    'ank',
    'anx',
    'internnummer',
  ],
};

/** Microsoft Graph's sign, and the pauses `p` and `w` of phone books. */
const SIGNS = ['x', 'p', 'w'];

/** "Number", before or behind a word: `nr wewn.`, `número de ramal`, `ext. no.`, `poste n°`. */
const NUMBER = '(?:number|nummer|numéro|número|numero|numer|núm|num|nro|nr|no|n[.]?[°º]|№|n)';

const WORD = [...Object.values(WORDS).flat(), ...SIGNS].join('|');

/**
 * The kinds of marks. A word may stand in brackets and behind a dash, comma or slash; the rest are the pauses `,` and
 * `;` and the American `#`.
 */
const MARKS = {
  word: String.raw`[\s.,;:/(-]*(?:(?:${NUMBER}|tel)[\s.]*(?:de\s+)?)?(?:${WORD})[\s.:=)-]*(?:${NUMBER}[\s.:=)]*)?#?\s*(?!\p{L})`,
  key: String.raw`[\s,]*#\s*`,
  pause: String.raw`[\s.-]*[,;][\s,;]*`,
};

const MARK = new RegExp(
  Object.entries(MARKS)
    .map(([kind, pattern]) => `(?<${kind}>(?<=[\\d)])${pattern})`)
    .join('|'),
  'iu',
);

/** A number and what stands behind the first mark. */
export interface MarkedExtension {
  number: string;
  kind: keyof typeof MARKS;
  /** Everything behind the mark; an extension only if it is digits. */
  rest: string;
}

/** Takes a text apart at its first mark of an extension; null when there is none. */
export function splitAtMark(text: string): MarkedExtension | null {
  const found = MARK.exec(text);
  if (!found) return null;
  const { word, pause } = found.groups ?? {};
  const kind = word !== undefined ? 'word' : pause !== undefined ? 'pause' : 'key';
  const rest = text.slice(found.index + found[0].length);
  return {
    number: text.slice(0, found.index),
    kind,
    rest: kind === 'word' ? rest.replace(/\s*\)$/, '') : rest,
  };
}
