import { timingSafeEqual } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
import { hashesUnderAllKeys, hmac, type KeyRing } from '../platform/secrets/key-ring.ts';
import type { Registry } from '../registry/schema.ts';

/** What may be seen of a profile. */
export interface ProfileView {
  /** The language of the user's prompts, a tag of BCP 47, or null. */
  locale: string | null;
  hasPin: boolean;
}

/** What is to change: a field that is left out stays, null takes it away. */
interface ProfileChange {
  locale?: string | null | undefined;
  /** 4 to 8 digits, already checked. */
  pin?: string | null | undefined;
}

/** The profiles of users, set by tenants. A PIN is stored and never returned. */
export interface UserProfiles {
  /** The profile; an empty one for a user without one. */
  read(user: User): Promise<ProfileView>;
  /** Changes a profile in one statement (a new PIN has not been failed yet), and returns it as it is then. */
  change(user: User, change: ProfileChange): Promise<ProfileView>;
  /** Whether the digits are the user's PIN; false for a user without one. */
  checkPin(user: User, digits: string): Promise<boolean>;
}

/** 32 bytes that no hash equals, for users without a PIN: the check takes as long for them. */
const NO_HASH = Buffer.alloc(32);

/**
 * Profiles in the registry.
 * @param deps.hashKeys PINs are stored as HMAC-SHA-256 under the ring's first key and checked under all of it
 */
export function createUserProfiles(deps: {
  db: Kysely<Registry>;
  clock: Clock;
  hashKeys: KeyRing;
}): UserProfiles {
  const rowOf = ({ tenantId, userId }: User) =>
    deps.db
      .selectFrom('userProfile')
      .select(['locale', 'pinHash', 'pinHashKeyId'])
      .where('tenantId', '=', tenantId)
      .where('userId', '=', userId)
      .executeTakeFirst();
  const read = async (user: User) => toView(await rowOf(user));
  return {
    read,

    async change({ tenantId, userId }, { locale, pin }) {
      const values = {
        ...(locale === undefined ? {} : { locale }),
        ...(pin === undefined ? {} : pinColumns(deps.hashKeys, { tenantId, userId }, pin)),
        updatedAt: deps.clock.now(),
      };
      const row = await deps.db
        .with('unlocked', (db) =>
          db
            .deleteFrom('challengeFailure')
            .where('tenantId', '=', tenantId)
            .where('userId', '=', userId)
            .where('challenge', '=', 'pin')
            .where(() => sql<boolean>`${pin !== undefined}::boolean`),
        )
        .insertInto('userProfile')
        .values({ tenantId, userId, ...values })
        .onConflict((conflict) => conflict.columns(['tenantId', 'userId']).doUpdateSet(values))
        .returning(['locale', 'pinHash'])
        .executeTakeFirstOrThrow();
      return toView(row);
    },

    async checkPin(user, digits) {
      const row = await rowOf(user);
      const candidates = hashesUnderAllKeys(deps.hashKeys, pinText(user, digits));
      const matches = candidates.map(({ hash, keyId }) =>
        isSame(hash, row?.pinHashKeyId === keyId ? row.pinHash : null),
      );
      return matches.includes(true) && isPin(digits);
    },
  };
}

/** Whether a text can be a PIN at all: 4 to 8 digits. */
export function isPin(text: string): boolean {
  return /^[0-9]{4,8}$/.test(text);
}

function toView(row: { locale: string | null; pinHash: string | null } | undefined): ProfileView {
  return { locale: row?.locale ?? null, hasPin: typeof row?.pinHash === 'string' };
}

function pinColumns(hashKeys: KeyRing, user: User, pin: string | null) {
  if (pin === null) return { pinHash: null, pinHashKeyId: null };
  const { hash, keyId } = hmac(hashKeys, pinText(user, pin));
  return { pinHash: hash, pinHashKeyId: keyId };
}

/** Belongs to one user only: a hash copied to another user's row is worth nothing. Neither tenant nor PIN holds a colon. */
function pinText({ tenantId, userId }: User, pin: string): string {
  return `pin:${tenantId}:${userId}:${pin}`;
}

function isSame(hash: string, stored: string | null): boolean {
  return timingSafeEqual(Buffer.from(hash, 'hex'), stored === null ? NO_HASH : Buffer.from(stored, 'hex'));
}
