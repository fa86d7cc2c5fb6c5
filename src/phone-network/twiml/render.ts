import type { Language } from './check-language.ts';
import { ownValue } from './own-value.ts';
import type { CallStep, PromptValues } from './steps.ts';
import { escapeXml, toXml, type XmlElement } from './xml.ts';

/** What is said on a call, in every language that was loaded. */
export interface Prompts {
  /** The languages, such as `sv-SE`, sorted. */
  locales: string[];
  /**
   * The TwiML document of a step, complete and escaped.
   * @param locale one of `locales`, or what `resolveLocale` takes for one. Any other gets the first of `locales`:
   *   the language of a call under way may have been taken away, and a person is on the line
   * @throws Error when a value is missing that the step needs
   */
  render(step: CallStep, locale: string, values: PromptValues): string;
  /** The language that serves a wish: the same one whatever its case, else the first with the same language, else null. */
  resolveLocale(wanted: string | null): string | null;
}

/** One document for each step, in which only the values of `PromptValues` are left to fill in. */
export type Documents = ReadonlyMap<CallStep, string>;

/** For when nothing else can be answered: valid TwiML that ends the call. */
export const LAST_RESORT_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';

/** A checked template in one language: voice, language and texts are filled in. */
export function prepareDocument(root: XmlElement, { voice, locale, say }: Language): string {
  const values: Record<string, string> = { voice, locale };
  for (const [key, text] of Object.entries(say)) values[`say.${key}`] = text.trim();
  const body = toXml(root).replace(/\{\{([\w.-]+)\}\}/g, (placeholder, name: string) => {
    const value = ownValue(values, name);
    return value === undefined ? placeholder : escapeXml(value);
  });
  return `<?xml version="1.0" encoding="UTF-8"?>${body}`;
}

/** A prepared document with its values. Filled in one go: what a value looks like is never read again. */
function fillDocument(document: string, values: PromptValues): string {
  return document.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = ownValue<string | number>(values, name);
    if (value === undefined) throw new Error(`The prompt needs a value for ${name} and was given none.`);
    return escapeXml(String(value));
  });
}

/**
 * Prompts from prepared documents by language.
 * @param documents at least one language, each with every step
 */
export function createPrompts(documents: ReadonlyMap<string, Documents>): Prompts {
  const locales = [...documents.keys()].sort();
  const resolveLocale = (wanted: string | null) => {
    const lower = wanted?.toLowerCase() ?? '';
    const exact = locales.find((locale) => locale.toLowerCase() === lower);
    return exact ?? locales.find((locale) => languageOf(locale) === languageOf(lower)) ?? null;
  };
  return {
    locales,
    resolveLocale,
    render(step, locale, values) {
      const document = documents.get(resolveLocale(locale) ?? locales[0] ?? '')?.get(step);
      return document === undefined ? LAST_RESORT_TWIML : fillDocument(document, values);
    },
  };
}

function languageOf(locale: string): string {
  return locale.split('-')[0] ?? '';
}
