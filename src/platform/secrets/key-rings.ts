import type { KeyRing } from './key-ring.ts';
import type { SigningRing } from './signing-ring.ts';

/** Keys that hash, keys that seal, and keys that sign. */
export interface KeyRings {
  hashKeys: KeyRing;
  sealKeys: KeyRing;
  signingKeys: SigningRing;
}
