import { randomBytes } from 'node:crypto';
import { hmacWith, type KeyRing } from '../../platform/secrets/key-ring.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';

/** The phone with which somebody signed in, since it is a user name. */
interface SignedInPhone {
  tenantId: string;
  phoneMethodId: string;
  signInEnabledAt: Date;
}

/** Tokens that a device keeps after a sign-in: with one, a request is its user's and not a stranger's. */
export interface DeviceTokens {
  /** Says nothing to its reader, is not stored, and lasts as long as the phone is the user name. */
  issue(phone: SignedInPhone): string;
  /** Whether it was issued for this phone. Null: there is none, and it takes as long to say so. */
  proves(token: string, phone: SignedInPhone | null): boolean;
}

const RANDOM_BYTES = 16;

/** `<key id>.<random>.<MAC>`. */
export const DEVICE_TOKEN = /^[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{22}\.[a-f0-9]{64}$/;

/** No phone has this id. */
const NOBODYS: SignedInPhone = { tenantId: '', phoneMethodId: '', signInEnabledAt: new Date(0) };

/** @param keys keys outside the database */
export function createDeviceTokens(keys: KeyRing): DeviceTokens {
  const macOf = (keyId: string, random: string, phone: SignedInPhone) =>
    hmacWith(
      keys,
      keyId,
      `device ${random} ${phone.tenantId} ${phone.phoneMethodId} ${phone.signInEnabledAt.toISOString()}`,
    );
  return {
    issue(phone) {
      const random = randomBytes(RANDOM_BYTES).toString('base64url');
      return [keys.currentId, random, macOf(keys.currentId, random, phone)].join('.');
    },
    proves(token, phone) {
      const [keyId = '', random = '', mac = ''] = token.split('.');
      if (!keys.keys.has(keyId)) return false;
      const isRight = isSameText(mac, macOf(keyId, random, phone ?? NOBODYS));
      return isRight && phone !== null;
    },
  };
}
