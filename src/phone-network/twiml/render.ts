import type { CallStep, PromptValues } from './call-steps.ts';
import type { Language } from './check-language.ts';
import { ownValue } from './own-value.ts';
import { escapeXml, toXml, type XmlElement } from './xml.ts';

/** What is said on a call, in every language that was loaded. */
export interface Prompts {
  /** The languages, such as `sv-SE`, sorted. */
  locales: string[];
  /**
   * The TwiML document of a step, complete and escaped.
   * @param locale one of `locales`, or what `resolveLocale` takes for one
   * @throws Error when there are no prompts in that language
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
export function fillDocument(document: string, values: PromptValues): string {
  return document.replace(/\{\{(\w+)\}\}/g, (_, name: keyof PromptValues) => escapeXml(String(values[name])));
}

/** Prompts from prepared documents by language. */
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
      const document = documents.get(resolveLocale(locale) ?? '')?.get(step);
      if (document === undefined) {
        throw new Error(
          `There are no prompts in "${locale}". Loaded are ${locales.join(', ')}; a file in twiml/languages adds one.`,
        );
      }
      return fillDocument(document, values);
    },
  };
}

function languageOf(locale: string): string {
  return locale.split('-')[0] ?? '';
}
