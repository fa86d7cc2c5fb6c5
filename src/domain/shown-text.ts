import { z } from 'zod';

/** Characters that are seen by what they do to others: controls, turns of direction, and letters that show nothing. */
const HARMFUL =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}[[\p{Cf}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f]]]/v;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Text of one line that is shown to people as it is. Letters of every script, signs and emoji are allowed, with the
 * joiners that some need; nothing that turns the text around it, or that nobody sees.
 * @param longest in UTF-16 units
 */
export const shownText = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !HARMFUL.test(text) && VISIBLE.test(text), {
      error:
        'This must be one line of plain text, without control characters, invisible ones and those that change the direction of writing.',
    });
