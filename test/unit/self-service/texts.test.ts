// What the page says in each language, and which message files it does not accept.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { afterEach, describe, expect, it } from 'vitest';
import { loadTexts, type TextName } from '../../../src/self-service/texts.ts';

const DIRECTORY = join(import.meta.dirname, '../../../src/self-service/messages');

interface MessageFile {
  language: string;
  locale: string;
  texts: Record<string, string>;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as MessageFile;

const page = loadTexts();
const english = read(join(DIRECTORY, 'en.json')).texts;
const NAMES = Object.keys(english) as TextName[];

it('speaks thirteen languages, each in the file of its tag', () => {
  const tags = ['da', 'de', 'en', 'es', 'fi', 'fr', 'it', 'ja', 'nb', 'nl', 'pl', 'pt', 'sv'];
  expect(page.all.map(({ tag }) => tag).sort()).toEqual(tags);
  expect(readdirSync(DIRECTORY).sort()).toEqual(tags.map((tag) => `${tag}.json`));
});

/** The values that are numbers decide about the form of a text. */
const NUMBERS = ['step', 'of', 'minutes', 'seconds', 'count', 'missing', 'extra', 'tries'];

const OTHERS = {
  organisation: 'Contoso',
  user: 'anna@contoso.com',
  name: 'Anna Berg',
  number: '+46 70 174 06 35',
  extension: '1234',
  country: 'Sverige',
  example: '08-465 004 22',
  key: '#',
  keys: '4, 7, #',
  time: '0:46',
  action: 'Remove',
  id: '0192',
  digits: '7 8',
  date: new Date('2026-05-03T12:00:00Z'),
};

const valuesOf = (number: number) => ({
  ...OTHERS,
  ...Object.fromEntries(NUMBERS.map((value) => [value, number])),
});

describe.each(page.all)('$tag', (language) => {
  const { texts } = read(join(DIRECTORY, `${language.tag}.json`));

  it.each([0, 1, 2, 5, 21])('fills every text in with %i', (number) => {
    const unfilled = NAMES.filter((name) => /[{}]/.test(language.text(name, valuesOf(number))));
    expect(unfilled).toEqual([]);
  });

  it('has a form for each plural of the language', () => {
    const { pluralCategories } = new Intl.PluralRules(language.tag).resolvedOptions();
    const wanted = [...pluralCategories].sort().join();
    const others = NAMES.filter((name) => formsOf(texts[name] ?? '').some((forms) => forms !== wanted));
    expect(others).toEqual([]);
  });

  it('has the values that the English texts have', () => {
    expect(NAMES.filter((name) => valuesIn(texts[name]) !== valuesIn(english[name]))).toEqual([]);
  });

  it('has as many lines as in English', () => {
    const lines = (text: string | undefined) => (text ?? '').split('\n').length;
    expect(NAMES.filter((name) => lines(texts[name]) !== lines(english[name]))).toEqual([]);
  });

  it('has the quotation marks of print, and no exclamation marks', () => {
    expect(NAMES.filter((name) => /["'!！]/.test(texts[name] ?? ''))).toEqual([]);
  });
});

type Piece = ReturnType<IntlMessageFormat['getAst']>[number];

/** `TYPE.literal` of @formatjs/icu-messageformat-parser: its `value` is text, that of others the name of a value. */
const LITERAL = 0;

/** The names of the values in a text, sorted. @throws Error when it is not well formed */
function valuesIn(text: string | undefined): string {
  return [...new Set(namesIn(new IntlMessageFormat(text ?? '', 'en').getAst()))].sort().join();
}

function namesIn(pieces: Piece[]): string[] {
  return pieces.flatMap((piece) => {
    const own = 'value' in piece && piece.type !== LITERAL ? [piece.value] : [];
    const options = 'options' in piece ? Object.values(piece.options) : [];
    return [...own, ...options.flatMap(({ value }) => namesIn(value))];
  });
}

/** The forms of each plural in a text, sorted, without those of single numbers such as `=0`. */
function formsOf(text: string): string[] {
  return new IntlMessageFormat(text, 'en').getAst().flatMap((element) => {
    if (!('options' in element)) return [];
    const forms = Object.keys(element.options).filter((form) => !form.startsWith('='));
    return [forms.sort().join()];
  });
}

describe('message files that cannot be used', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  /** Loads a copy of the message files after the Swedish texts were changed. */
  const loadWith = (change: (texts: Record<string, string>) => void) => {
    const directory = mkdtempSync(join(tmpdir(), 'poundkey-messages-'));
    directories.push(directory);
    cpSync(DIRECTORY, directory, { recursive: true });
    const file = join(directory, 'sv.json');
    const swedish = read(file);
    change(swedish.texts);
    writeFileSync(file, JSON.stringify(swedish));
    return () => loadTexts(directory);
  };

  it('are named with every fault', () => {
    const load = loadWith((texts) => {
      delete texts['common.back'];
      texts['common.backwards'] = 'Baklänges';
    });
    expect(faultsOf(load)).toEqual([
      'Message files cannot be used:',
      'sv: common.back is missing',
      'sv: common.backwards is no text of the page',
    ]);
  });

  it('are those without English', () => {
    const directory = mkdtempSync(join(tmpdir(), 'poundkey-messages-'));
    directories.push(directory);
    cpSync(join(DIRECTORY, 'sv.json'), join(directory, 'sv.json'));
    expect(() => loadTexts(directory)).toThrow('There is no message file of English (en.json)');
  });
});

/** The lines of the error that is thrown; none when there is no error. */
function faultsOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    return String((error as Error).message).split('\n');
  }
}
