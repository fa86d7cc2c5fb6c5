/** Signing in at the operators' port by HTTP Basic (RFC 7617). */
import { hash, timingSafeEqual } from 'node:crypto';

/** The result of signing in: no credentials, wrong ones, or an operator who may make changes. */
export type SignedIn = 'anonymous' | 'wrong' | 'operator';

/**
 * Reads an `Authorization` header. Takes the same time whatever is wrong with user and password.
 * @param account the one account, or null: then nobody can sign in and the header means nothing
 */
export function createSignIn(account: { user: string; password: string } | null) {
  return (authorization: string | undefined): SignedIn => {
    if (account === null || authorization === undefined) return 'anonymous';
    const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]*={0,2}) *$/i.exec(authorization) ?? [];
    const given = Buffer.from(encoded, 'base64');
    const colon = given.indexOf(':');
    const user = given.subarray(0, Math.max(0, colon));
    const password = given.subarray(colon + 1);
    const isUser = isSame(user, account.user);
    const isPassword = isSame(password, account.password);
    return colon >= 0 && isUser && isPassword ? 'operator' : 'wrong';
  };
}

/** Hashes have one length, so that the comparison tells nothing about the length either. */
function isSame(given: Buffer, right: string): boolean {
  const hashed = (value: Buffer | string) => hash('sha256', value, 'buffer');
  return timingSafeEqual(hashed(given), hashed(right));
}
