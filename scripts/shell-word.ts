/** A text as one word of a shell, in quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
