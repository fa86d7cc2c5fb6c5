import sql, { raw, type Sql } from 'sql-template-tag';
import type { PhoneType } from '../../domain/phone-type.ts';
import { readScopes, type Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/user.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createGatherWhileBusy } from '../../platform/gather-while-busy.ts';
import type { Challenge } from '../states.ts';
import { IS_SUPPRESSED } from './rows.ts';
import { MOST_TOGETHER, nothingDone } from './together.ts';

/** Everything that the registry knows about a user when something is requested, read in one statement. */
export interface UserFacts extends User {
  readAt: Date;
  /** The version of the tenant's policy that counts. */
  policyVersion: number;
  blocked: boolean;
  /** Whether the phone of the verification that was asked about is suppressed, and the call no sign-in. */
  numberSuppressed?: boolean;
  /** Before when that phone must not be called, after unwanted calls; null: it may be. */
  numberPausedUntil?: Date | null;
  /** Null: until somebody unblocks. */
  blockedUntil: Date | null;
  /** The language that the user wants, or null. */
  locale: string | null;
  /** Whether the tenant set a PIN for the user. */
  hasPin: boolean;
  /** How many app passwords the user has that are not revoked. */
  appPasswords: number;
  /** Until when each challenge is locked, since it was failed too often (ISO 8601); those that are not are left out. */
  lockedChallenges: Partial<Record<Challenge, string>>;
  /** Whether the user has a mobile, verified or not: an alternate mobile needs one beside it. */
  hasMobile: boolean;
  /** The verified phones of the user: E.164, and the extension if it has one. */
  phones: Partial<Record<PhoneType, { phoneNumber: string; extension: string | null }>>;
}

/** An API key, what it must match, and the facts about a user of its tenant. */
interface KeyFacts {
  name: string;
  secretHash: string;
  revokedAt: Date | null;
  scopes: Scope[];
  facts: UserFacts;
}

/** Reads facts, each in one statement. */
export interface ReadFacts {
  /** The facts about a user, and about the phone of one of the user's verifications; null when there is no such tenant. */
  ofUser(user: User & { verificationId?: string }, now: Date): Promise<UserFacts | null>;
  /**
   * The API key of this id, with the facts about a user of its tenant; null when there is no such key. Several that are asked for
   * at the same time are read in one statement.
   */
  ofKey(keyId: string, userId: string, now: Date): Promise<KeyFacts | null>;
}

interface Row extends Omit<UserFacts, 'phones' | 'lockedChallenges' | 'readAt'> {
  lockedChallenges: UserFacts['lockedChallenges'] | null;
  phones: UserFacts['phones'] | null;
}

/** @param run runs a statement on the registry */
export function createReadFacts(run: RunStatement): ReadFacts {
  const ofKeys = createReadOfKeys(run);
  const ofKey = createGatherWhileBusy<AskedOfKey, KeyFacts | null>({
    one: async (asked) => (await ofKeys([asked]))[0] ?? null,
    many: (asked) => ofKeys(asked).catch(nothingDone),
    most: MOST_TOGETHER,
  });
  return {
    async ofUser({ tenantId, userId, verificationId = null }, now) {
      const [row] = await run<Row>(sql`
        select ${FACTS}, ${userId}::text as user_id,
          coalesce(n.suppressed, false) as number_suppressed, n.paused_until as number_paused_until
        from tenant t ${about(sql`${userId}`, now)}
        left join lateral (select ${IS_SUPPRESSED} as suppressed, phone_paused_until(v.phone_hash, v.purpose) as paused_until
          from verification v where v.id = ${verificationId}::uuid) n on true
        where t.id = ${tenantId}`);
      return row ? toFacts(row, now) : null;
    },
    ofKey: (keyId, userId, now) => ofKey({ keyId, userId, now }),
  };
}

/** An API key by its id, and a user of its tenant. */
interface AskedOfKey {
  keyId: string;
  userId: string;
  now: Date;
}

type KeyRow = Row & Omit<KeyFacts, 'facts' | 'scopes'> & { scopes: string; place: number };

/** Reads the keys and the facts about the users in one statement, as of the moment at which the last was asked for. */
function createReadOfKeys(run: RunStatement) {
  return async (asked: AskedOfKey[]): Promise<(KeyFacts | null)[]> => {
    const now = asked.at(-1)?.now ?? new Date(0);
    const wanted = asked.map(({ keyId, userId }, place) => ({ place, key_id: keyId, user_id: userId }));
    const rows = await run<KeyRow>(sql`
      select k.name, k.secret_hash, k.revoked_at, k.scopes, ${FACTS}, w.user_id, w.place
      from api_key k
        join jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(place int, key_id text, user_id text) on w.key_id = k.id
        join tenant t on t.id = k.tenant_id ${about(raw('w.user_id'), now)}`);
    const found = new Map(rows.map(({ place, ...row }) => [place, row]));
    return asked.map((_asked, place) => {
      const row = found.get(place);
      if (!row) return null;
      const { name, secretHash, revokedAt, scopes, ...facts } = row;
      return { name, secretHash, revokedAt, scopes: readScopes(scopes), facts: toFacts(facts, now) };
    });
  };
}

const FACTS =
  raw(`t.id as tenant_id, t.policy_version, b.user_id is not null as blocked, b.expires_at as blocked_until,
  p.locale, p.pin_hash is not null as has_pin, a.app_passwords, m.phones, m.has_mobile, c.locked_challenges`);

/** What stands about a user in the tenant of the table alias `t`. */
function about(userId: Sql, now: Date): Sql {
  return sql`
    left join user_block b on b.tenant_id = t.id and b.user_id = ${userId}
      and (b.expires_at is null or b.expires_at > ${now})
    left join user_profile p on p.tenant_id = t.id and p.user_id = ${userId}
    cross join lateral (select jsonb_object_agg(phone_type,
      jsonb_build_object('phoneNumber', phone_number, 'extension', extension)) filter (where verified_at is not null) as phones,
      coalesce(bool_or(phone_type = 'mobile'), false) as has_mobile
      from phone_method where tenant_id = t.id and user_id = ${userId}) m
    cross join lateral (select count(*) as app_passwords from app_password
      where tenant_id = t.id and user_id = ${userId} and revoked_at is null) a
    cross join lateral (select jsonb_object_agg(challenge, locked_until) as locked_challenges from challenge_failure
      where tenant_id = t.id and user_id = ${userId} and locked_until > ${now}) c`;
}

function toFacts({ phones, lockedChallenges, ...facts }: Row, now: Date): UserFacts {
  return { ...facts, readAt: now, lockedChallenges: lockedChallenges ?? {}, phones: phones ?? {} };
}
