/** What API keys may do: each route of the REST API names the scope it needs. In the form of OAuth scopes (RFC 6749, section 3.3). */
export const SCOPES = [
  /** Reading everything of the tenant, except secrets and the audit trail. */
  'read',
  /** Requesting and canceling verifications and sign-ins, checking codes, revealing app passwords, sending outcomes again. */
  'verifications:write',
  /** Users: language and PIN, blocks, phones, app passwords, links to the page, enrolment codes, erasing. */
  'users:write',
  /** What holds for the whole tenant: the policy, PBX profiles, the webhook endpoint, delivery hooks, Entra. */
  'policy:write',
  /** Reading the audit trail, which names every user and every key. */
  'audit:read',
] as const;

/** Something that a key may be allowed to do. */
export type Scope = (typeof SCOPES)[number];

/**
 * What a new key may do unless something else is asked for: what a sign-in server does all day. Whoever steals such a key
 * can neither loosen the policy, nor set a PIN, nor send outcomes elsewhere.
 */
export const DEFAULT_SCOPES: readonly Scope[] = ['read', 'verifications:write'];

/** Scopes as they are stored and written: with single spaces between. Without those that this version does not know. */
export function readScopes(text: string): Scope[] {
  const named = text.split(' ');
  return SCOPES.filter((scope) => named.includes(scope));
}

/** The opposite of `readScopes`; in one order, and each once. */
export function writeScopes(scopes: readonly Scope[]): string {
  return SCOPES.filter((scope) => scopes.includes(scope)).join(' ');
}
