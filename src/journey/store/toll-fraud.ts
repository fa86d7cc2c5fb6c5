import sql, { type Sql } from 'sql-template-tag';
import { ERASED_USER } from '../../domain/user.ts';
import { HOUR_MS, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takeLease } from './leases.ts';

/** Requests that look like toll fraud. */
export interface Suspicion {
  tenantId: string;
  /**
   * `sequence`: numbers one after the other; `prefix`: many numbers with the same beginning; `unanswered`, `shortCalls`: calls
   * to a country that nobody answers, or that end within seconds; `newCountry`: a country that was not called before.
   */
  kind: 'sequence' | 'prefix' | 'unanswered' | 'shortCalls' | 'newCountry';
  /** A country (ISO 3166-1 alpha-2), or the beginning of numbers, their last four digits hidden. */
  subject: string;
  /** How many requests there were in an hour, and how many of them came after it could have been known. */
  requests: number;
  refusable: number;
  /** The latest of them. */
  verificationId: string;
  firstAt: Date;
  lastAt: Date;
}

/** How often one process looks, and how far back, ms. */
const EVERY_MS = 300_000;
const WINDOW_MS = HOUR_MS;
/** How many of a tenant's requests are looked at, the newest ones: a look costs the same however many there are. */
const MOST_OF_TENANT = 2_000;
/** From how many requests on something is suspicious. */
const LEAST = { sequence: 8, prefix: 20, unanswered: 20, shortCalls: 20, newCountry: 10 };
/** How far apart two numbers of a sequence may be. */
const STEP = 3;
/** A call that ends so soon was answered for its price, s. */
const SHORT_S = 6;
const KEPT_DAYS = 30;

/** What looks like toll fraud, and the report of it. @param run runs a statement on the registry */
export function createTollFraudStore(run: RunStatement) {
  return {
    /** Whether it is this process that looks now. */
    takeTurn: (now: Date): Promise<boolean> => takeLease(run, 'toll-fraud', now, EVERY_MS),

    /** Looks at the last hour and adds to the report. Resolves to what was not in the report of this day. */
    async find(now: Date): Promise<Suspicion[]> {
      const rows = await run<Suspicion & { isNew: boolean }>(findStatement(now));
      return rows.filter(({ isNew }) => isNew);
    },

    /** The report, the latest first; of one tenant, or of all. */
    list: (tenantId: string | null, limit: number): Promise<Suspicion[]> =>
      run<Suspicion>(sql`
        select tenant_id, kind, subject, requests, refusable, verification_id, first_at, last_at
        from toll_fraud_suspicion where ${tenantId}::text is null or tenant_id = ${tenantId}
        order by last_at desc, tenant_id, kind, subject limit ${limit}`),

    /** Removes what is older than the report goes back. */
    async forget(now: Date): Promise<void> {
      await run(sql`
        delete from toll_fraud_suspicion
        where last_at <= ${now}::timestamptz - make_interval(days => ${KEPT_DAYS}::int)`);
    },
  };
}

/**
 * Looks by the index of a tenant's requests. Numbers that are registered now are a tenant's own people: an office has a
 * block of numbers, and all of them may register on the same morning. A number that approved and is registered no more
 * is none: it may be one that approves everything.
 */
function findStatement(now: Date): Sql {
  return sql`
    with recent as materialized (
      select v.* from tenant t cross join lateral (
        select o.tenant_id, o.id, o.phone_number, o.country, o.created_at, o.outcome is not distinct from 'approved' and exists (select from phone_method m where m.tenant_id = o.tenant_id
            and m.user_id = o.user_id and m.phone_number = o.phone_number and m.verified_at is not null) as approved,
          o.outcome in ('noAnswer', 'busy', 'unreachable', 'invalidNumber') as unanswered,
          o.answered_at is not null and o.ended_at < o.answered_at + make_interval(secs => ${SHORT_S}::int) as short,
          left(o.phone_number, -4) || '••••' as prefix, substr(o.phone_number, 2)::bigint as digits
        from verification o where o.tenant_id = t.id and o.created_at > ${later(now, -WINDOW_MS)}
          and o.user_id <> ${ERASED_USER} and o.sign_in is null
        order by o.created_at desc, o.id desc limit ${MOST_OF_TENANT}) v),
    known as (
      insert into called_country (tenant_id, country, first_at)
      select distinct tenant_id, country, ${now}::timestamptz from recent on conflict do nothing),
    stepped as (
      select *, digits - lag(digits, 1, 0) over (partition by tenant_id order by digits) > ${STEP}::int as begins
      from (select distinct on (tenant_id, digits) * from recent where not approved
        order by tenant_id, digits, created_at desc) numbers),
    rows as (
      select *, count(*) filter (where begins) over (partition by tenant_id order by digits) as row from stepped),
    found as (
      select tenant_id, 'sequence' as kind, min(prefix) as subject, count(*) as requests, ${latest()} as id
      from rows group by tenant_id, row having count(*) >= ${LEAST.sequence}::int
      union all
      select tenant_id, 'prefix', prefix, count(*), ${latest()}
      from recent group by tenant_id, prefix having ${mostly(sql`not approved`, LEAST.prefix)}
      union all
      select tenant_id, 'unanswered', country, count(*), ${latest()}
      from recent group by tenant_id, country having ${mostly(sql`unanswered`, LEAST.unanswered)}
      union all
      select tenant_id, 'shortCalls', country, count(*), ${latest()}
      from recent group by tenant_id, country having ${mostly(sql`short and not approved`, LEAST.shortCalls)}
      union all
      select r.tenant_id, 'newCountry', r.country, count(*), ${latest()}
      from recent r left join called_country c on c.tenant_id = r.tenant_id and c.country = r.country
      where coalesce(c.first_at, ${now}) > ${now}::timestamptz - interval '1 day'
        and exists (select from called_country o where o.tenant_id = r.tenant_id
          and o.first_at <= ${now}::timestamptz - interval '1 day')
      group by r.tenant_id, r.country having count(*) >= ${LEAST.newCountry}::int)
    insert into toll_fraud_suspicion as s (tenant_id, day, kind, subject, requests, refusable, verification_id, first_at, last_at)
    select tenant_id, (${now}::timestamptz at time zone 'UTC')::date, kind, subject, sum(requests),
      sum(requests - ${leastOf()} + 1), (array_agg(id order by id desc))[1], ${now}, ${now}
    from found group by tenant_id, kind, subject
    on conflict (tenant_id, day, kind, subject) do update set requests = greatest(s.requests, excluded.requests),
      refusable = greatest(s.refusable, excluded.refusable), verification_id = excluded.verification_id,
      last_at = excluded.last_at
    returning tenant_id, kind, subject, requests, refusable, verification_id, first_at, last_at,
      first_at = ${now} as is_new`;
}

/** The id of the latest request of a group. */
function latest(): Sql {
  return sql`(array_agg(id order by created_at desc, id desc))[1]`;
}

/** A condition on a group: it has so many requests of a kind, and they are four fifths of it or more. */
function mostly(kind: Sql, least: number): Sql {
  return sql`count(*) filter (where ${kind}) >= greatest(${least}::int, 0.8 * count(*))`;
}

/** From how many requests on a kind is suspicious. */
function leastOf(): Sql {
  return sql`(${JSON.stringify(LEAST)}::jsonb->>kind)::int`;
}
