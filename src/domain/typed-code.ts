import { z } from 'zod';
import { plainText } from './typed-text.ts';

/** What people and phones put between digits. */
const SEPARATORS = /[\s.\-()]/g;
/** More than a code with separators after each digit; what is longer is no code. */
const LONGEST = 64;

/**
 * The code of a text message as people type and paste it: six digits of any script, with spaces, hyphens or dots between
 * them. A number is refused, since it has no leading zeros.
 */
export const TypedCode = z
  .string({ error: 'This must be a string of six digits: a number would lose zeros at its beginning.' })
  .max(LONGEST)
  .transform((typed) => plainText(typed).replaceAll(SEPARATORS, ''))
  .pipe(z.string().regex(/^[0-9]{6}$/, 'This must be the six digits of the text message.'))
  .meta({ description: 'The six digits of the text message, as typed', example: '012345' });
