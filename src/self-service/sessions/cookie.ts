import { createHash } from 'node:crypto';

/** The cookie that holds the id of a session. */
export interface SessionCookie {
  /** The id in a Cookie header; empty: there is none. */
  read(header: string | undefined): string;
  /** The Set-Cookie header that gives an id to a browser. */
  write(id: string): Record<string, string>;
}

/**
 * The cookie of one service. `__Host-` (RFC 6265bis, section 4.1.3.2) keeps other hosts from setting it, and has no path:
 * two services on one host are told apart by its name.
 * @param publicUrl where people reach the service; over http, as on a developer's machine, browsers refuse `__Host-`
 */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const isSecure = publicUrl.startsWith('https:');
  const instance = createHash('sha256').update(publicUrl).digest('hex').slice(0, 8);
  const name = `${isSecure ? '__Host-' : ''}poundkey-${instance}`;
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([0-9A-Za-z]{43})(?:;|$)`);
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    read: (header = '') => pattern.exec(header)?.[1] ?? '',
    write: (id) => ({ 'Set-Cookie': `${name}=${id}; ${attributes}` }),
  };
}
