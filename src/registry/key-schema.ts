import type { Generated } from 'kysely';

/** The keys of each ring (`hash`, `seal`) that the registry has been used with. */
export interface KeyFingerprintTable {
  ring: string;
  keyId: string;
  /** Tells keys apart and says nothing about them; see `fingerprintOf`. */
  fingerprint: string;
  createdAt: Date;
}

/** Assertions that were issued, at most one for each verification. */
export interface SignInAssertionTable {
  /** The `jti` of the assertion. */
  id: string;
  verificationId: string;
  /** The phone that the sign-in reached, and when its number was last verified. */
  phoneMethodId: string;
  phoneVerifiedAt: Date;
  /** The `kid` of the key that signed it. */
  keyId: string;
  issuedAt: Date;
  expiresAt: Date;
  redeemedAt: Generated<Date | null>;
}
