/** What people type into older apps: user names and app passwords, in the forms that they come in. */
import { domainToASCII } from 'node:url';

/** A user name as it was typed, and what it may mean. */
export interface TypedName {
  /** All of it, in composed accents (Unicode NFC) and without spaces around. */
  whole: string;
  /** What names the user within a domain: before the last `@`, or behind `DOMAIN\`. */
  local: string;
  /** In lower case and ASCII (IDNA); null where none was typed. */
  domain: string | null;
}

const LONGEST_NAME = 256;
const LONGEST_PASSWORD = 256;

/**
 * Reads a user name: `anna`, `anna@contoso.com` or `CONTOSO\anna`.
 * @returns null for what is no user name: empty or too long, with control characters, or with a `*`, behind which
 * Dovecot expects another user to sign in as (Dovecot, "Master users")
 */
export function readTypedName(text: string): TypedName | null {
  const whole = text.normalize('NFC').trim();
  if (whole === '' || whole.length > LONGEST_NAME || /[\p{Cc}\p{Cs}*]/u.test(whole)) return null;
  const address = /^(?<local>.+)@(?<domain>[^@\\]+)$/u.exec(whole);
  const windows = /^(?<domain>[^@\\]+)\\(?<local>[^\\]+)$/u.exec(whole);
  const { local = '', domain = '' } = (address ?? windows)?.groups ?? {};
  const ascii = asciiDomain(domain);
  return ascii === null
    ? { whole, local: whole, domain: null }
    : { whole, local: local.trim(), domain: ascii };
}

/** As tenants' domains are stored; null for what is no domain name. */
function asciiDomain(domain: string): string | null {
  return domainToASCII(domain.toLowerCase()) || null;
}

/**
 * The letters of a typed app password: without any spaces, hyphens and invisible characters, in lower case, full-width
 * letters as ordinary ones. A Turkish keyboard makes a capital I with a dot of an i.
 * @returns null when nothing is left, or far too much
 */
export function readTypedPassword(text: string): string | null {
  if (text.length > LONGEST_PASSWORD) return null;
  const letters = text
    .normalize('NFKC')
    .replaceAll(/[\p{White_Space}\p{Pd}\p{Cc}\p{Cf}\u2212]/gu, '')
    .toLowerCase()
    .replaceAll('\u0307', '');
  return letters === '' ? null : letters;
}

/**
 * Whether a typed name means a user.
 * @param user.domains of the user's tenant; the typed domain, if there is one, means something only if it is among them
 * @param ignoreCase whether capitals make no difference
 */
export function isNamed(
  { whole, local, domain }: TypedName,
  { userId, domains }: { userId: string; domains: readonly string[] },
  ignoreCase: boolean,
): boolean {
  const isOwn = domain === null || domains.includes(domain);
  const forms = isOwn ? [whole, local, ...domains.map((each) => `${local}@${each}`)] : [whole];
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  return forms.some((form) => fold(form) === fold(userId));
}

/**
 * The domain that a user's mailbox has by its id alone; null: the id has none, or one of the tenant's.
 * @param domains of the user's tenant
 */
export function foreignDomainOf(userId: string, domains: readonly string[]): string | null {
  if (!userId.includes('@')) return null;
  const typed = userId.slice(userId.lastIndexOf('@') + 1).replace(/\.$/, '');
  const domain = asciiDomain(typed) ?? typed;
  return domains.includes(domain) ? null : domain;
}

/** What the user's mailbox is called, whichever form was typed: the id, with the tenant's first domain unless it has one. */
export function mailboxOf(userId: string, domains: readonly string[]): string {
  const [first] = domains;
  return first === undefined || userId.includes('@') ? userId : `${userId}@${first}`;
}
