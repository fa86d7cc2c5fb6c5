/** Forms of settings as they stand in an environment: always text, read and bounded. Messages never hold values. */
import { z } from 'zod';
import { parseKeyRing } from './secrets/key-ring.ts';

/** A whole number within bounds, and what it is when absent. */
export const whole = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`)
    .default(otherwise);

/** One of some words. */
export const oneOf = <const T extends [string, ...string[]]>(...words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`);

/** Words with commas between; spaces around them do not matter. `message` is said of all that is wrong with the list. */
export const listOf = <Word extends z.ZodType>(word: Word, message: string) =>
  z.string().transform((text, context): z.output<Word>[] => {
    const words = z.array(word).safeParse(text.split(',').map((each) => each.trim()));
    if (words.success) return words.data;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

/** An address with one of some protocols, such as `https:`. */
export const address = (protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

/** A secret, with a minimum length against typing errors. */
export const secret = z.string().min(8, 'must have at least 8 characters');

/** A key ring as text; see `secrets/key-ring.ts`. */
export const keyRing = z.string().superRefine((text, context) => {
  try {
    parseKeyRing(text);
  } catch (error) {
    // It names the entry and the form, never what was given.
    context.addIssue({ code: 'custom', message: `cannot be read. ${(error as Error).message}` });
  }
});
