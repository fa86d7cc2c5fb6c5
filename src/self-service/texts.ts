/** The words of the page, in the languages it speaks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { z } from 'zod';
import english from './messages/en.json' with { type: 'json' };

/** The name of a text. */
export type TextName = keyof (typeof english)['texts'];

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

const DIRECTORY = join(import.meta.dirname, 'messages');

/**
 * Reads all message files.
 * @throws Error that names every text that is missing or unknown
 */
export function loadTexts(directory = DIRECTORY): PageLanguages {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => MessageFile.parse(JSON.parse(readFileSync(join(directory, name), 'utf8'))));
  const original = files.find(({ locale }) => locale === 'en');
  if (!original) throw new Error(`There is no message file of English (en.json) in ${directory}.`);
  const problems = files.flatMap((file) => problemsOf(file, original));
  if (problems.length > 0) throw new Error(`Message files cannot be used:\n${problems.join('\n')}`);
  const all = files.map(toLanguage).toSorted((a, b) => a.name.localeCompare(b.name));
  const english = all.find(({ tag }) => tag === 'en') as Language;
  return { all, choose: (...wishes) => firstServed(all, wishes) ?? english };
}

type MessageFile = z.infer<typeof MessageFile>;
/** Those of a file that was checked. */
type Texts = Readonly<Record<TextName, string>>;

function problemsOf({ locale, texts }: MessageFile, original: MessageFile): string[] {
  const missing = Object.keys(original.texts).filter((name) => !Object.hasOwn(texts, name));
  const unknown = Object.keys(texts).filter((name) => !Object.hasOwn(original.texts, name));
  return [
    ...missing.map((name) => `${locale}: ${name} is missing`),
    ...unknown.map((name) => `${locale}: ${name} is no text of the page`),
  ];
}

function toLanguage({ language, locale, texts }: MessageFile): Language {
  const formatOf = createFormatOf(texts as Texts, locale);
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

/** Texts are parsed when they are first shown: two thousand at once are a tenth of a second, in which nobody is served. */
function createFormatOf(texts: Texts, locale: string) {
  const formats = new Map<TextName, IntlMessageFormat>();
  return (name: TextName): IntlMessageFormat => {
    const known = formats.get(name);
    if (known) return known;
    const format = new IntlMessageFormat(texts[name], locale);
    formats.set(name, format);
    return format;
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
