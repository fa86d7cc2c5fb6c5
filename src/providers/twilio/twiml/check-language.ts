import { z } from 'zod';
import { checkCodeText } from './check-code-text.ts';
import { longestText, pollyVoices, voiceSpeaks } from './voices.ts';

const texts = z.record(z.string(), z.string());

/** The text messages: the one with the code. */
const messages = z.strictObject({ code: z.string() });

const languageFile = z.strictObject({
  /** As Twilio names languages: `sv-SE`. */
  locale: z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'expected a language and country such as "sv-SE"'),
  /** The language's name in the language itself. */
  name: z.string().trim().min(1, 'expected the name of the language'),
  /** A voice of Twilio's `<Say>`. */
  voice: z.string(),
  /** What else it serves: `en-AU` for a language and country, `nn` for a language. */
  alsoFor: z
    .array(z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'expected a language such as "nn" or "en-AU"'))
    .default([]),
  /** What is said, by message key. `{{organisation}}` stands for the caller's name. */
  say: texts,
  /** What is sent; `{{organisation}}` and `{{code}}` are filled in. */
  text: messages,
});

/** A language file: the voice, the texts of every step, and the text messages. */
export type Language = z.infer<typeof languageFile>;

/** Only texts: a tenant keeps the language's voice. */
const tenantFile = z
  .strictObject({ say: texts.optional(), text: messages.partial().optional() })
  .refine(({ say, text }) => say || text, { path: ['say'], error: 'expected texts, here or in text' })
  .transform(({ say = {}, text = {} }) => ({ say, text }));

/** A tenant's language file: the texts that it replaces. */
export type TenantTexts = z.infer<typeof tenantFile>;

/** What a file holds, or everything that is wrong with its form. */
export type ReadFile<Content> = { content: Content } | { problems: string[] };

/** A policy's organisation has at most 60 characters; these are as long as any when they are URL-encoded. */
const LONGEST_ORGANISATION = '語'.repeat(60);

/** Twilio, error 13521: the most characters of a text after URL encoding. */
const LONGEST_ENCODED = 4500;

/** Reads a language file. */
export function readLanguage(json: string): ReadFile<Language> {
  return readJson(json, languageFile);
}

/** Reads a tenant's language file. */
export function readTenantTexts(json: string): ReadFile<TenantTexts> {
  return readJson(json, tenantFile);
}

function readJson<Content>(json: string, schema: z.ZodType<Content>): ReadFile<Content> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { problems: [`it is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`] };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { content: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  };
}

/** A message that templates use. */
export interface NeededMessage {
  /** Whether every step that says it knows the organisation. */
  knowsOrganisation: boolean;
}

/**
 * Checks what a language says against what the templates need.
 * @param fileName the name of its file without the extension
 * @param needed the messages that templates use, by key
 * @param isAll whether `needed` is known to be complete, so that other keys are mistakes
 */
export function checkLanguage(
  language: Language,
  fileName: string,
  needed: ReadonlyMap<string, NeededMessage>,
  isAll: boolean,
): string[] {
  const { locale, voice, say } = language;
  const misnamed = fileName === locale ? [] : [`it is for ${locale}, expected the file name ${locale}.json`];
  const missing = [...needed.keys()]
    .filter((key) => !Object.hasOwn(say, key))
    .map((key) => `say.${key} is missing`);
  return [
    ...misnamed,
    ...checkVoice(language),
    ...missing,
    ...checkTexts(say, voice, needed, isAll),
    ...checkMessages(language.text),
  ];
}

/**
 * Checks texts by message key; none of them needs to be there.
 * @param voice who reads them
 * @param needed as for `checkLanguage`
 */
export function checkTexts(
  say: Record<string, string>,
  voice: string,
  needed: ReadonlyMap<string, NeededMessage>,
  isAll: boolean,
): string[] {
  return Object.entries(say).flatMap(([key, text]) => {
    const use = needed.get(key);
    if (isAll && !use) return [`say.${key} is used by no template`];
    const problems = [
      ...checkPlaceholders(text, use?.knowsOrganisation ?? true),
      ...checkLength(text, voice),
    ];
    return problems.map((problem) => `say.${key} ${problem}`);
  });
}

/** Checks the text messages of a file; none of them needs to be there. */
export function checkMessages({ code }: { code?: string | undefined }): string[] {
  return code === undefined ? [] : checkCodeText(code).map((problem) => `text.code ${problem}`);
}

function checkVoice({ voice, locale }: Language): string[] {
  if (voiceSpeaks(voice, locale)) return [];
  const examples = [...pollyVoices(locale), `Google.${locale}-Standard-A`].join(', ');
  return [`the voice "${voice}" does not speak ${locale}, expected one such as ${examples}`];
}

function checkPlaceholders(text: string, knowsOrganisation: boolean): string[] {
  const rest = text.replaceAll('{{organisation}}', '');
  const problems: string[] = [];
  if (/[{}]/.test(rest)) {
    problems.push('has an unknown placeholder or a stray brace, expected none but {{organisation}}');
  }
  if (rest !== text && !knowsOrganisation) {
    problems.push('holds {{organisation}}, but is said where nobody knows on whose behalf the call is');
  }
  return problems;
}

function checkLength(text: string, voice: string): string[] {
  // Twilio, error 13520: a text may not be empty.
  if (text.trim() === '') return ['is empty'];
  const spoken = text.toWellFormed().replaceAll('{{organisation}}', LONGEST_ORGANISATION);
  const most = longestText(voice);
  const encoded = encodeURIComponent(spoken).length;
  const problems: string[] = [];
  if (spoken.length > most)
    problems.push(`is too long: ${spoken.length} characters, the voice reads ${most}`);
  if (encoded > LONGEST_ENCODED) {
    problems.push(`is too long: ${encoded} characters when URL-encoded, Twilio takes ${LONGEST_ENCODED}`);
  }
  return problems;
}
