import { hashesUnderAllKeys, hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';

/**
 * What the browser holds that brought a request. It follows from the sign-in, so that the same request again, on which browsers
 * send no cookies, gives the same browser the same.
 */
export function createOwnerSecrets(hashKeys: KeyRing) {
  const textOf = (attemptId: string) => `owner of entra-attempt ${attemptId}`;
  return {
    /** 64 hexadecimal digits. */
    of: (attemptId: string): string => hmac(hashKeys, textOf(attemptId)).hash,

    /** Compares in constant time. */
    isOf(attemptId: string, given: string): boolean {
      return hashesUnderAllKeys(hashKeys, textOf(attemptId)).some(({ hash }) => isSameText(given, hash));
    },
  };
}
