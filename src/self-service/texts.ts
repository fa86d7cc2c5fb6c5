/** The words of the page, in the languages it speaks: message files, checked when they are loaded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { z } from 'zod';
import english from './messages/en.json' with { type: 'json' };

/** The name of a text. */
export type TextName = keyof (typeof english)['texts'];

type Piece = ReturnType<IntlMessageFormat['getAst']>[number];

type Values = Readonly<Record<string, string | number | Date>>;

/** A language of the page. */
export interface Language {
  /** A tag of BCP 47, such as `pt`. */
  tag: string;
  /** As those who speak it call it. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** A text with values filled in. */
  text(name: TextName, values?: Values): string;
  /** The same in pieces, of which some are values of the caller's own: for numbers and keys that have a form of their own. */
  pieces<Value extends object>(
    name: TextName,
    values: Readonly<Record<string, string | number | Value>>,
  ): (string | Value)[];
}

/** All languages of the page. */
export interface PageLanguages {
  all: readonly Language[];
  /** The first of the wishes (tags of BCP 47 or an Accept-Language header) that there is; else English. */
  choose(...wishes: (string | null | undefined)[]): Language;
}

const MessageFile = z.strictObject({
  language: z.string().min(1),
  locale: z.string(),
  texts: z.record(z.string(), z.string().min(1)),
});

/** `TYPE.literal` of @formatjs/icu-messageformat-parser: its `value` is text, that of others the name of a value. */
const LITERAL = 0;

const DIRECTORY = join(import.meta.dirname, 'messages');

/**
 * Reads all message files.
 * @throws Error that names every text that is missing, unknown, not well formed or without one of the values of the English one
 */
export function loadTexts(directory = DIRECTORY): PageLanguages {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => parseFile(MessageFile.parse(JSON.parse(readFileSync(join(directory, name), 'utf8')))));
  const original = files.find(({ locale }) => locale === 'en');
  if (!original) throw new Error(`There is no message file of English (en.json) in ${directory}.`);
  const problems = files.flatMap((file) => problemsOf(file, original));
  if (problems.length > 0) throw new Error(`Message files cannot be used:\n${problems.join('\n')}`);
  const all = files.map(toLanguage).toSorted((a, b) => a.name.localeCompare(b.name));
  const english = all.find(({ tag }) => tag === 'en') as Language;
  return { all, choose: (...wishes) => firstServed(all, wishes) ?? english };
}

/** A message file, each text parsed once: what it is checked by is what is filled in later. */
interface ParsedFile extends Pick<z.infer<typeof MessageFile>, 'language' | 'locale'> {
  /** Null: it is not well formed. */
  formats: ReadonlyMap<string, IntlMessageFormat | null>;
  /** The names of the values in each text, sorted; null likewise. */
  values: ReadonlyMap<string, string | null>;
}

function parseFile({ language, locale, texts }: z.infer<typeof MessageFile>): ParsedFile {
  const formats = new Map(Object.entries(texts).map(([name, text]) => [name, parseText(text, locale)]));
  const values = new Map([...formats].map(([name, format]) => [name, format && valuesIn(format)]));
  return { language, locale, formats, values };
}

function parseText(text: string, locale: string): IntlMessageFormat | null {
  try {
    return new IntlMessageFormat(text, locale);
  } catch {
    return null;
  }
}

function problemsOf({ locale, formats, values }: ParsedFile, original: ParsedFile): string[] {
  const missing = [...original.formats.keys()].filter((name) => !formats.has(name));
  const unknown = [...formats.keys()].filter((name) => !original.formats.has(name));
  const broken = [...values].filter(
    ([name, own]) => own === null || (original.values.has(name) && own !== original.values.get(name)),
  );
  return [
    ...missing.map((name) => `${locale}: ${name} is missing`),
    ...unknown.map((name) => `${locale}: ${name} is no text of the page`),
    ...broken.map(([name]) => `${locale}: ${name} is not well formed, or has other values than in English`),
  ];
}

const valuesIn = (format: IntlMessageFormat): string => [...new Set(namesIn(format.getAst()))].sort().join();

function namesIn(elements: Piece[]): string[] {
  return elements.flatMap((element) => {
    const own = 'value' in element && element.type !== LITERAL ? [element.value] : [];
    const options = 'options' in element ? Object.values(element.options) : [];
    return [...own, ...options.flatMap(({ value }) => namesIn(value))];
  });
}

function toLanguage({ language, locale, formats }: ParsedFile): Language {
  const formatOf = (name: TextName) => formats.get(name) as IntlMessageFormat;
  return {
    tag: locale,
    name: language,
    direction: new Intl.Locale(locale).getTextInfo?.().direction === 'rtl' ? 'rtl' : 'ltr',
    text: (name, values = {}) => String(formatOf(name).format(values)),
    pieces<Value extends object>(name: TextName, values: Readonly<Record<string, string | number | Value>>) {
      const formatted = formatOf(name).format<Value>(values as Record<string, Value>);
      return (Array.isArray(formatted) ? formatted : [formatted]) as (string | Value)[];
    },
  };
}

function firstServed(all: readonly Language[], wishes: (string | null | undefined)[]): Language | undefined {
  const tags = wishes
    .flatMap((wish) => (wish ?? '').split(','))
    .map((wish) => wish.split(';')[0]?.trim().toLowerCase() ?? '');
  for (const tag of tags) {
    const [language] = tag.split('-');
    // Norwegian is asked for under three names.
    const asked = language === 'no' || language === 'nn' ? 'nb' : language;
    const served =
      all.find((each) => each.tag.toLowerCase() === tag) ?? all.find((each) => each.tag === asked);
    if (served) return served;
  }
  return undefined;
}
