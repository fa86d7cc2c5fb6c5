import type { CallStep, Extension, Greeting, SpokenMessage, SpokenValues } from '../../dialogue.ts';
import { createResolveLocale, type Languages } from '../../locales.ts';
import { type CodeTexts, createTemplateFiller } from '../../texts/code-text.ts';
import type { Language } from './check-language.ts';
import { ownValue } from './own-value.ts';
import { escapeXml, toXml, type XmlElement } from './xml.ts';

/** What is filled into a document. */
interface PromptValues extends SpokenValues {
  /** What ends a question for one key besides that key: nothing (the default), or a key that then counts as silence. */
  finishOnKey?: '' | '*';
}

/** What calls of one tenant say, or of all that have no texts of their own. */
interface TenantPrompts {
  /**
   * The TwiML document of a step, complete and escaped.
   * @param locale one of `locales`, or what `resolveLocale` takes for one. Any other gets the first of `locales`:
   *   the language of a call under way may have been taken away, and a person is on the line
   * @throws Error when a value is missing that the step needs
   */
  render(step: CallStep, locale: string, values: PromptValues): string;
}

/** What is said on a call and sent in a text, in every language that was loaded. */
export interface Prompts extends TenantPrompts, Languages, CodeTexts {
  /** The prompts with the texts that a tenant has replaced; any other tenant has those of everybody. */
  forTenant(tenantId: string): TenantPrompts;
}

/** One document for each step, in which only the values of `PromptValues` are left to fill in. */
export type Documents = ReadonlyMap<CallStep, string>;

/** What one language says: its documents by step, and its text messages. */
interface Prepared {
  documents: Documents;
  text: Language['text'];
}

/** By language what it says. */
export type PreparedByLocale = ReadonlyMap<string, Prepared>;

/** For when nothing else can be answered: valid TwiML that ends the call. */
export const LAST_RESORT_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';

/** A checked template in one language: voice, language and texts are filled in. */
export function prepareDocument(root: XmlElement, { voice, locale, say }: Language): string {
  const values: Record<string, string> = { voice, locale };
  for (const [key, text] of Object.entries(say)) values[`say.${key}`] = text.trim();
  // Which key may end a question for one key depends on the provider.
  const open = toXml(root).replaceAll(' finishOnKey=""', ' finishOnKey="{{finishOnKey}}"');
  const body = open.replace(/\{\{([\w.-]+)\}\}/g, (placeholder, name: string) => {
    const value = ownValue(values, name);
    return value === undefined ? placeholder : escapeXml(value);
  });
  return `<?xml version="1.0" encoding="UTF-8"?>${body}`;
}

/** Finds what is left to fill in: the places of greeting and message with their voice (no attribute holds a bare `>`), and values. */
const OPEN_PLACES = /<(Greeting|Message)( [^>]*)\/>|\{\{(\w+)\}\}/g;

/** A prepared document with its values. Filled in one go: what a value looks like is never read again. */
function fillDocument(document: string, { greeting, message, extension, ...given }: PromptValues): string {
  const values = { finishOnKey: '', ...given };
  const filled = document.replace(
    OPEN_PLACES,
    (_, place: string | undefined, voice: string, name: string) => {
      if (place === 'Greeting') return greeting ? greetingVerb(greeting, voice) : '';
      if (place === 'Message') return message ? messageVerbs(message, voice) : '';
      const value = ownValue<string | number>(values, name);
      if (value === undefined) throw new Error(`The prompt needs a value for ${name} and was given none.`);
      return escapeXml(String(value));
    },
  );
  return extension ? filled.replace('<Response>', () => `<Response>${dialVerbs(extension)}`) : filled;
}

/** Twilio, Play: digits may not stand in a gather. Pause: whole seconds. */
function dialVerbs({ pauseBeforeS, digits, pauseAfterS }: Extension): string {
  const pause = (seconds: number) => (seconds > 0 ? `<Pause length="${Math.ceil(seconds)}"/>` : '');
  return `${pause(pauseBeforeS)}<Play digits="${escapeXml(digits)}"/>${pause(pauseAfterS)}`;
}

/** @param voice the attributes that name voice and language */
function greetingVerb(greeting: Greeting, voice: string): string {
  if ('audioUrl' in greeting) return `<Play>${escapeXml(greeting.audioUrl)}</Play>`;
  return `<Say${voice}>${escapeXml(greeting.text)}</Say>`;
}

/** @param voice as for the greeting */
function messageVerbs({ text, times }: SpokenMessage, voice: string): string {
  const say = `<Say${voice}>${escapeXml(text)}</Say>`;
  return Array.from({ length: times }, () => say).join('<Pause length="1"/>');
}

/**
 * Prompts from prepared documents.
 * @param languages at least one
 * @param prepared each language with every step
 * @param ofTenants by tenant the languages, with every step, in which it has texts of its own
 */
export function createPrompts(
  languages: readonly Language[],
  prepared: PreparedByLocale,
  ofTenants: ReadonlyMap<string, PreparedByLocale>,
): Prompts {
  const locales = languages.map(({ locale }) => locale).sort();
  const resolveLocale = createResolveLocale(languages);
  const fillTemplate = createTemplateFiller();
  const find = (own: PreparedByLocale | undefined, wanted: string): Prepared | undefined => {
    const locale = resolveLocale(wanted) ?? locales[0] ?? '';
    return own?.get(locale) ?? prepared.get(locale);
  };
  const render = (own: PreparedByLocale | undefined): TenantPrompts['render'] => {
    return (step, wanted, values) => {
      const document = find(own, wanted)?.documents.get(step);
      return document === undefined ? LAST_RESORT_TWIML : fillDocument(document, values);
    };
  };
  return {
    locales,
    resolveLocale,
    render: render(undefined),
    forTenant: (tenantId) => ({ render: render(ofTenants.get(tenantId)) }),
    fillCodeText({ locale, tenantId, ...values }) {
      const own = tenantId === null ? undefined : ofTenants.get(tenantId);
      return fillTemplate(find(own, locale)?.text.code ?? '{{code}}', values);
    },
  };
}
