import { hash } from 'node:crypto';

/** A cookie that scripts cannot read. */
export interface Cookie {
  /** Its value in a Cookie header; empty: there is none. */
  read(header: string | undefined): string;
  /** The Set-Cookie header that gives it to a browser. */
  write(value: string): Record<string, string>;
}

/** The cookie that holds the id of a session. */
export type SessionCookie = Cookie;

/** What a cookie is for. */
interface CookieSpec {
  /** Behind the name of the service; left out: the session. */
  purpose?: string;
  /** How long browsers keep it, s; left out: until they are closed. */
  maxAgeS?: number;
}

/**
 * A cookie of one service. `__Host-` (RFC 6265bis, section 4.1.3.2) keeps other hosts from setting it, and has no path:
 * two services on one host are told apart by its name.
 * @param publicUrl where people reach the service; over http, as on a developer's machine, browsers refuse `__Host-`
 */
export function createCookie(publicUrl: string, { purpose, maxAgeS }: CookieSpec = {}): Cookie {
  const isSecure = publicUrl.startsWith('https:');
  const name = `${isSecure ? '__Host-' : ''}poundkey-${shortHash(publicUrl)}${purpose === undefined ? '' : `-${purpose}`}`;
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([\\w.-]{43,200})(?:;|$)`);
  const kept = maxAgeS === undefined ? '' : `; Max-Age=${maxAgeS}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}${kept}`;
  return {
    read: (header = '') => pattern.exec(header)?.[1] ?? '',
    write: (value) => ({ 'Set-Cookie': `${name}=${value}; ${attributes}` }),
  };
}

/** The cookie of sessions on the page. */
export const createSessionCookie = (publicUrl: string): SessionCookie => createCookie(publicUrl);

/** Eight characters by which names are told apart in a cookie's name. */
export function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 8);
}
