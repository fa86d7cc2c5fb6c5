/** Characters in the user name or password of an address that end it too soon. */

const ENCODED =
  'has a character in its user name or password that must be percent-encoded (@ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25)';

/**
 * Whether user name and password of an address are written so that they can be read. Without encoding, `#`, `/` and `?` end
 * the part of an address in which they stand: what follows, with the `@`, would be taken for something else.
 * @returns the rest of a sentence that begins with the variable's name, without any part of the address; null: they can
 */
export function addressProblem(text: string): string | null {
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^[^:]*:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text) ?? [];
  const atInQuery = query
    .slice(1)
    .split('&')
    .some((part) => /^[^=]*@/.test(part));
  // `user:p` with a password `p?a=b` looks like a host and a port that is no number.
  const atLater = !authority.includes('@') && query.includes('@') && !URL.canParse(text);
  const endsTooSoon = fragment !== '' || path.includes('@') || atInQuery || atLater;
  return endsTooSoon || !isDecodable(authority) ? ENCODED : null;
}

/** What is not UTF-8 cannot be decoded. A lone % is taken as it is (pg, ioredis). */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text.replaceAll(/%(?![\da-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}
