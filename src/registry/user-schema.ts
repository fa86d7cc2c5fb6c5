/** The tables about users. */
import type { Generated } from 'kysely';

/** A phone of a user: one of each type at most. */
export interface PhoneMethodTable {
  id: string;
  tenantId: string;
  userId: string;
  phoneType: string;
  phoneNumber: string;
  extension: string | null;
  /** The verification that last registered this number; null: none has. */
  verificationId: string | null;
  /** When the number was last verified; null: it counts for nothing until it is. */
  verifiedAt: Date | null;
  /** Whether the phone is called when nothing else is said: one of the verified phones of a user is. */
  isDefault: Generated<boolean>;
  /** Since when its number is a user name; null: it is none. When it last signed in, and when another user proved to have it. */
  signInEnabledAt: Date | null;
  signInUsedAt: Date | null;
  signInContestedAt: Date | null;
  createdAt: Date;
  /** When the number was last set. */
  updatedAt: Date;
}

/** The profile of a user, set by the tenant. */
export interface UserProfileTable {
  tenantId: string;
  userId: string;
  locale: string | null;
  /** HMAC-SHA-256 of tenant, user and PIN under the key `pinHashKeyId`, hexadecimal. */
  pinHash: string | null;
  pinHashKeyId: string | null;
  updatedAt: Date;
}

/** Users who may not be verified, until `expiresAt` or for good. */
export interface UserBlockTable {
  tenantId: string;
  userId: string;
  reason: string;
  createdAt: Date;
  expiresAt: Date | null;
}
