/** Numbers as RFC 3966 writes them, which RFC 7643 (section 4.1.2) recommends to directories. */
import { plainText } from './typed-text.ts';

/** What a URI says, its parameters applied. */
export interface TelUri {
  /** With `+` and the country code, or as dialed within a country. Visual separators are left in it. */
  number: string;
  /** The digits of `ext`, unchecked; null without it. */
  extension: string | null;
}

const SCHEME = /^tel:(?:\/\/)?/i;
const PARAMETER = /^([a-z][a-z0-9-]*)(?:=(.*))?$/i;
const SEPARATORS = /[\s().-]/g;

/**
 * Reads a `tel:` URI, or a number with the parameters of one; null when the text is neither.
 * @param text as `plainText` returns it
 * @returns what it says, or the rule that it breaks
 */
export function readTelUri(text: string): TelUri | { rule: string } | null {
  if (!SCHEME.test(text) && !/;\s*(?:ext|isub|phone-context)=/i.test(text)) return null;
  const [number = '', ...rest] = text.replace(SCHEME, '').split(';').map(decoded);
  const parameters = rest.map((each) => PARAMETER.exec(each)?.slice(1));
  // Pauses, as in `tel:+46812345678;12`, which phones dial although no standard has them.
  if (!parameters.every((each) => each !== undefined))
    return { number: [number, ...rest].join(';'), extension: null };
  return applied(
    number,
    parameters.map(([name = '', value = '']) => [name.toLowerCase(), value] as const),
  );
}

/** RFC 3966, sections 3 and 5: parameters that are not known are ignored unless their names begin with `m-`. */
function applied(
  number: string,
  parameters: (readonly [name: string, value: string])[],
): TelUri | { rule: string } {
  const names = parameters.map(([name]) => name);
  const refused = names.find((name) => name.startsWith('m-') || name === 'postd');
  if (refused) return { rule: 'This must have no parameters but ext, isub and phone-context.' };
  if (new Set(names).size < names.length) return { rule: 'This must have each parameter once.' };
  const { ext, 'phone-context': context } = Object.fromEntries(parameters);
  const extension = ext === undefined ? null : ext.replaceAll(SEPARATORS, '');
  const within = context === undefined ? number : numberWithin(number, context);
  if (within === null) return { rule: CONTEXT_RULE };
  return { number: within, extension };
}

const CONTEXT_RULE =
  'This must have a phone-context of + and the digits that come before the number, such as +46; the numbers of a domain are not known here.';

/** Section 5.1.5: a local number is valid behind the digits of a global context. */
function numberWithin(number: string, context: string): string | null {
  const digits = context.replaceAll(SEPARATORS, '');
  if (!/^\+\d{1,15}$/.test(digits)) return null;
  if (!number.startsWith('+')) return `${digits} ${number}`;
  return number.replaceAll(SEPARATORS, '').startsWith(digits) ? number : null;
}

/** Percent-encoding undone; what is encoded wrongly stays, and is refused for its `%`. */
function decoded(part: string): string {
  try {
    return plainText(decodeURIComponent(part));
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
