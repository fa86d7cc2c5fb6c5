import type { Greeting } from '../../providers/dialogue.ts';

/**
 * The tenant's greeting for a call.
 * @param greetings by language, tags of BCP 47 in any case
 * @param locale the language of the call, such as `sv-SE`
 * @returns the one of this language and country, else that of the language alone (`sv`), else null
 */
export function chooseGreeting(greetings: Record<string, Greeting>, locale: string): Greeting | null {
  const of = (tag: string) =>
    Object.entries(greetings).find(([key]) => key.toLowerCase() === tag.toLowerCase())?.[1];
  return of(locale) ?? of(locale.split('-')[0] ?? '') ?? null;
}
