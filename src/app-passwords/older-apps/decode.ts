/** How credentials stand in headers. */

/**
 * The text of bytes that are UTF-8 or, where they are not, Latin-1: browsers disagree (RFC 7617, section 2.1).
 * @param bytes as Node has them: one character for each
 */
function textOfBytes(bytes: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

/** The bytes of a text as a header carries them. */
export function bytesOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A value of nginx, which percent-encodes space, `%` and a few others, and passes other bytes as they are. Decoded once. */
export function decodedOnce(value: string): string {
  const bytes = value.replaceAll(/%([0-9a-fA-F]{2})/g, (_all, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return textOfBytes(bytes);
}

/** User name and password of an `Authorization: Basic` header (RFC 7617); null for any other header. */
export function readBasic(header: string | undefined): { userName: string; password: string } | null {
  const [, encoded] = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const text = textOfBytes(Buffer.from(encoded, 'base64').toString('latin1'));
  const colon = text.indexOf(':');
  return colon === -1 ? null : { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}
