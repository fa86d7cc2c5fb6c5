import { timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import statement from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
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

    async change(user, change) {
      const [row] = await runIn(deps.db)<{ locale: string | null; pinHash: string | null }>(
        changeStatement(user, change, pinColumns(deps.hashKeys, user, change.pin ?? null), deps.clock.now()),
      );
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

/** One statement, with its audit event: which of both was set or removed, and neither of them. */
function changeStatement(
  { tenantId, userId }: User,
  { locale, pin }: ProfileChange,
  { pinHash, pinHashKeyId }: ReturnType<typeof pinColumns>,
  now: Date,
) {
  const changesLocale = locale !== undefined;
  const changesPin = pin !== undefined;
  const changed: AuditEvent = {
    ...{ type: 'userProfile.changed', from: statement`changed` },
    data: statement`jsonb_build_object('locale', ${saidOf(locale)}::text, 'pin', ${saidOf(pin)}::text)`,
  };
  return statement`
    with unlocked as (
      delete from challenge_failure where tenant_id = ${tenantId} and user_id = ${userId} and challenge = 'pin'
        and ${changesPin}::boolean),
    changed as (
      insert into user_profile as p (tenant_id, user_id, locale, pin_hash, pin_hash_key_id, updated_at)
      values (${tenantId}, ${userId}, ${locale ?? null}, ${pinHash}, ${pinHashKeyId}, ${now})
      on conflict (tenant_id, user_id) do update set updated_at = excluded.updated_at,
        locale = case when ${changesLocale}::boolean then excluded.locale else p.locale end,
        pin_hash = case when ${changesPin}::boolean then excluded.pin_hash else p.pin_hash end,
        pin_hash_key_id = case when ${changesPin}::boolean then excluded.pin_hash_key_id else p.pin_hash_key_id end
      returning *),
    ${auditEvents([changed], now)}
    select locale, pin_hash from changed`;
}

/** What became of a field, without its value. */
function saidOf(value: string | null | undefined): 'kept' | 'removed' | 'set' {
  if (value === undefined) return 'kept';
  return value === null ? 'removed' : 'set';
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
