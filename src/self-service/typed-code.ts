import { TypedCode } from '../domain/typed-code.ts';
import { plainText } from '../domain/typed-text.ts';

/** Three digits twice, as some phones write codes, and no part of a longer number. */
const IN_TWO = /(?<!\d[ -]?)\d{3}[ -]\d{3}(?![ -]?\d)/;

/** The six digits in what was typed or pasted, which may be the whole message; null: there are none, or too many. */
export function codeIn(typed: string): string | null {
  const together = TypedCode.safeParse(typed);
  if (together.success) return together.data;
  const text = plainText(typed);
  const inOne = /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0];
  return inOne ?? IN_TWO.exec(text)?.[0].replaceAll(/\D/g, '') ?? null;
}
