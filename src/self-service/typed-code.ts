import { TypedCode } from '../domain/typed-code.ts';
import { plainText } from '../domain/typed-text.ts';

/** The six digits in what was typed or pasted, which may be the whole message; null: there are none, or too many. */
export function codeIn(typed: string): string | null {
  const together = TypedCode.safeParse(typed);
  if (together.success) return together.data;
  return /(?<!\d)\d{6}(?!\d)/.exec(plainText(typed))?.[0] ?? null;
}
