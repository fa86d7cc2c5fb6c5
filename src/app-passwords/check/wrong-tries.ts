import sql, { raw } from 'sql-template-tag';
import { auditEvents } from '../../domain/audit-event.ts';
import type { ClientPlace } from '../../domain/client-address.ts';
import { type Clock, DAY_MS, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import { type Tell, tellGuessed } from '../messages.ts';

/** How long a wrong app password counts, ms. */
const COUNTS_MS = DAY_MS;

/** How many different wrong app passwords there may be in that time. */
const MOST_OF_USER = 50;
const MOST_OF_ADDRESS = 300;

/** What the name of each counter begins with; what follows is its scope. Counts are removed with all other counts. */
export const COUNTED_AS = raw("'wrongAppPassword '");

/** Rows that one clearing removes at most. */
const MOST_CLEARED = 10_000;

/** Whose wrong tries are counted together, and how many may be. */
export interface Scope {
  scope: string;
  most: number;
}

/** The scope of a user, but for the tenant between its parts, which is found in the same look-up. */
export interface UserScope {
  name: string;
  /** In the place of the tenant, where there is none. */
  domain: string;
  most: number;
}

/** A wrong try that counts. */
export interface WrongTry {
  letters: string;
  /** Those that are not full yet. */
  scopes: readonly string[];
  /** Whom it was tried for; whoever has one of these ids and the tenant are told, in an audit event and a message, once the user's scope is full. */
  user: { tenantId: string; names: readonly string[]; scope: string } | null;
}

/**
 * Wrong app passwords. Only different ones count: a device that goes on with an old one is one of them. What was typed is
 * kept as a hash under a key outside of the registry, together with what it was tried for, and for a day.
 */
export function createWrongTries({
  run,
  clock,
  hashKeys,
  tell,
}: {
  run: RunStatement;
  clock: Clock;
  hashKeys: KeyRing;
  tell: Tell;
}) {
  const hashed = (text: string) => hmac(hashKeys, text).hash;
  return {
    /** The scope of a user, known or not. @param domain that was typed */
    ofUser: ({ local, domain }: { local: string; domain: string | null }): UserScope => ({
      name: hashed(`user ${local.toLowerCase()}`),
      domain: hashed(`domain ${domain ?? ''}`),
      most: MOST_OF_USER,
    }),

    /** The scopes of an address; none where it says nothing about the client. */
    ofPlace: (place: ClientPlace | null): Scope[] =>
      (place?.buckets ?? []).map(({ name, share }) => ({
        scope: `address ${hashed(`address ${name}`)}`,
        most: share * MOST_OF_ADDRESS,
      })),

    /** Counts one, unless it was counted before. One statement; of two processes that count the same, one does. */
    async count({ letters, scopes, user }: WrongTry): Promise<void> {
      if (scopes.length === 0) return;
      const now = clock.now();
      const until = later(now, COUNTS_MS);
      const names = JSON.stringify(user?.names ?? []);
      // In one order, so that two statements never wait for each other.
      const tries = scopes
        .map((scope) => ({ scope, guess: hashed(`${scope} ${letters}`) }))
        .toSorted((a, b) => (a.scope < b.scope ? -1 : 1));
      await run(sql`
        with seen as (
          insert into wrong_app_password as w (scope, guess, until)
          select scope, guess, ${until}::timestamptz
          from jsonb_to_recordset(${JSON.stringify(tries)}::jsonb) t(scope text, guess text) order by scope
          on conflict (scope, guess) do update set until = excluded.until where w.until <= ${now}
          returning scope),
        counted as (
          select s.scope, c.count from (select scope from seen order by scope) s
            cross join lateral count_one(${COUNTED_AS} || s.scope, 1, null, ${until}, ${now}) c(count)),
        guessed as (
          select owner.*, c.count from counted c cross join lateral (
          select p.tenant_id, p.user_id from app_password p
            where c.scope = ${user?.scope ?? null}::text and c.count = ${MOST_OF_USER}::int
              and p.tenant_id = ${user?.tenantId ?? null}::text
              and lower(p.user_id) = any(array(select lower(jsonb_array_elements_text(${names}::jsonb))))
            limit 1) owner),
        ${auditEvents(
          [
            {
              ...{ type: 'appPassword.guessed', from: sql`guessed` },
              data: sql`jsonb_build_object('wrongAppPasswords', count)`,
            },
          ],
          now,
        )},
        ${tellGuessed(tell, now)}
        select 1`);
    },

    /** Keeps an audit event about an app password that was tried for a service it does not open, once a day for each. */
    async noteWrongService(used: {
      appPasswordId: string;
      tenantId: string;
      userId: string;
      service: string;
    }): Promise<void> {
      const now = clock.now();
      const { appPasswordId: id, tenantId, userId, service } = used;
      await run(sql`
        with fresh as (
          insert into wrong_app_password as w (scope, guess, until)
          values (${`service ${id}`}::text, ${service}::text, ${later(now, COUNTS_MS)}::timestamptz)
          on conflict (scope, guess) do update set until = excluded.until where w.until <= ${now}
          returning scope),
        ${auditEvents(
          [
            {
              ...{ type: 'appPassword.wrongService', from: sql`fresh` },
              ...{ tenantId: sql`${tenantId}`, userId: sql`${userId}` },
              data: sql`jsonb_build_object('appPasswordId', ${id}::text, 'service', ${service}::text)`,
            },
          ],
          now,
        )}
        select 1`);
    },

    /** Removes what no longer counts, some of it at a time. */
    async forgetOld(): Promise<void> {
      const now = clock.now();
      await run(sql`
        delete from wrong_app_password where ctid = any(array(
          select ctid from wrong_app_password where until <= ${now} order by until limit ${MOST_CLEARED}::int
          for update skip locked))`);
    },
  };
}
