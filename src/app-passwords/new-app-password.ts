import { randomUUIDv7 } from 'node:crypto';
import { type Clock, later } from '../platform/clock.ts';
import { hmac, type KeyRing, seal } from '../platform/secrets/key-ring.ts';
import { generateAppPassword } from './generate.ts';

/** How long the clear text can be revealed. */
const SEALED_FOR_MS = 10 * 60_000;

/** An app password as it is stored; the clear text exists only inside `sealed`. */
export interface AppPasswordMaterial {
  /** UUID. */
  id: string;
  /** HMAC-SHA-256 of the letters, hexadecimal. */
  hash: string;
  /** The key of `hash`. */
  hashKeyId: string;
  /** For `createReveal`; see `seal` for the form. */
  sealed: string;
  /** The instant from which it can no longer be revealed. */
  sealedUntil: Date;
}

/** Makes app passwords of `length` letters, each bound to the verification that earned it. */
export function createAppPasswordMaker(deps: { hashKeys: KeyRing; sealKeys: KeyRing; clock: Clock }) {
  return (input: { length: number; verificationId: string }): AppPasswordMaterial => {
    const appPassword = generateAppPassword(input.length);
    const { hash, keyId } = hmac(deps.hashKeys, appPassword);
    return {
      id: randomUUIDv7(),
      hash,
      hashKeyId: keyId,
      sealed: seal(deps.sealKeys, appPassword, sealContext(input.verificationId)),
      sealedUntil: later(deps.clock.now(), SEALED_FOR_MS),
    };
  };
}

/** What binds a sealed app password to its verification. */
export function sealContext(verificationId: string): string {
  return `app-password:${verificationId}`;
}
