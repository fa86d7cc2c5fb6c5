/** Random values that open something, and what is stored of them. */
import { hash, randomBytes } from 'node:crypto';
import { isSameText } from '../platform/secrets/same-text.ts';

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** 43 letters and digits: 256 bits. Mail programs and link wrappers change other characters. */
const LENGTH = 43;

/** What a token looks like; anything else need not be looked for. */
const TOKEN_FORM = /^[0-9A-Za-z]{43}$/;

/** A token as it stands in the link; what wrappers and mail programs put behind it is no part of it. Empty: there is none. */
export function tokenIn(text: string): string {
  const token = text.slice(0, LENGTH);
  return TOKEN_FORM.test(token) ? token : '';
}

/** A new token, from a CSPRNG and without a bias: bytes that would prefer the first digits are left out. */
export function newToken(): string {
  let token = '';
  while (token.length < LENGTH) {
    const usable = [...randomBytes(LENGTH)].filter((byte) => byte < 248);
    token += usable.map((byte) => DIGITS[byte % DIGITS.length]).join('');
  }
  return token.slice(0, LENGTH);
}

/** What is stored of a token. It has 256 random bits, so that a fast hash is enough. */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** A form on the page of a link, as it was sent. */
interface SentForm {
  linkToken: string;
  /** What the page is known by; undefined: the form has none. */
  formKey: string | undefined;
  /** Whether a page of this service led here. */
  isFromHere: boolean;
}

/**
 * The id of what a form begins: the same one however often it is sent, since answers are lost. One that another site has
 * made gets an id that nobody knows, and so does one without a key.
 */
export function idOfForm({ linkToken, formKey, isFromHere }: SentForm): string {
  if (!isFromHere || formKey === undefined) return newToken();
  return hash('sha256', `form ${formKey} of link ${linkToken}`, 'base64url');
}

/** The token that the forms of a session carry. Only who has the session's id can make it. */
export function formTokenOf(sessionId: string): string {
  return hash('sha256', `form of ${sessionId}`, 'base64url');
}

/** Compares in constant time. */
export function isFormToken(given: string, sessionId: string): boolean {
  return isSameText(given, formTokenOf(sessionId));
}
