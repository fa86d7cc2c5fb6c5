import { z } from 'zod';
import { longestText, pollyVoices, voiceSpeaks } from './voices.ts';

const languageFile = z.strictObject({
  /** As Twilio names languages: `sv-SE`. */
  locale: z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'expected a language and country such as "sv-SE"'),
  /** The language's name in the language itself. */
  name: z.string().trim().min(1, 'expected the name of the language'),
  /** A voice of Twilio's `<Say>`. */
  voice: z.string(),
  /** What is said, by message key. `{{organisation}}` stands for the caller's name. */
  say: z.record(z.string(), z.string()),
});

/** A language file: the voice and the texts of every step. */
export type Language = z.infer<typeof languageFile>;

/** A policy's organisation has at most 60 characters; these are as long as any when they are URL-encoded. */
const LONGEST_ORGANISATION = '語'.repeat(60);

/** Twilio, error 13521: the most characters of a text after URL encoding. */
const LONGEST_ENCODED = 4500;

/**
 * Reads a language file.
 * @returns the language, or everything that is wrong with its form
 */
export function readLanguage(json: string): { language: Language } | { problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { problems: [`it is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`] };
  }
  const parsed = languageFile.safeParse(value);
  if (parsed.success) return { language: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  };
}

/**
 * Checks what a language says against what the templates need.
 * @param fileName the name of its file without the extension
 * @param needed the message keys that templates use
 * @param isAll whether `needed` is known to be complete, so that other keys are mistakes
 */
export function checkLanguage(
  language: Language,
  fileName: string,
  needed: ReadonlySet<string>,
  isAll: boolean,
): string[] {
  const misnamed =
    fileName === language.locale
      ? []
      : [`it is for ${language.locale}, expected the file name ${language.locale}.json`];
  const given = new Set(Object.keys(language.say));
  const missing = [...needed.difference(given)].map((key) => `say.${key} is missing`);
  const unknown = isAll
    ? [...given.difference(needed)].map((key) => `say.${key} is used by no template`)
    : [];
  const texts = Object.entries(language.say).flatMap(([key, text]) =>
    checkText(text, language.voice).map((problem) => `say.${key} ${problem}`),
  );
  return [...misnamed, ...checkVoice(language), ...missing, ...unknown, ...texts];
}

function checkVoice({ voice, locale }: Language): string[] {
  if (voiceSpeaks(voice, locale)) return [];
  const examples = [...pollyVoices(locale), `Google.${locale}-Standard-A`].join(', ');
  return [`the voice "${voice}" does not speak ${locale}, expected one such as ${examples}`];
}

function checkText(text: string, voice: string): string[] {
  const problems: string[] = [];
  // Twilio, error 13520: a text may not be empty.
  if (text.trim() === '') problems.push('is empty');
  if (/[{}]/.test(text.replaceAll('{{organisation}}', ''))) {
    problems.push('has an unknown placeholder or a stray brace, expected none but {{organisation}}');
  }
  const spoken = text.toWellFormed().replaceAll('{{organisation}}', LONGEST_ORGANISATION);
  const longest = longestText(voice);
  if (spoken.length > longest)
    problems.push(`is too long: ${spoken.length} characters, the voice reads ${longest}`);
  const encoded = encodeURIComponent(spoken).length;
  if (encoded > LONGEST_ENCODED)
    problems.push(`is too long: ${encoded} characters when URL-encoded, Twilio takes ${LONGEST_ENCODED}`);
  return problems;
}
