/** The six digits in what was typed or pasted, which may be the whole message; null: there are none, or too many. */
export function codeIn(typed: string): string | null {
  const together = typed.replaceAll(/[\s-]/g, '');
  if (/^\d{6}$/.test(together)) return together;
  return /(?<!\d)\d{6}(?!\d)/.exec(typed)?.[0] ?? null;
}
