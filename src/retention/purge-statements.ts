/** What removes old rows. Each statement removes a few hundred at most, skips rows that somebody else holds, and waits for none. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { KEPT_DAYS } from '../domain/retention.ts';
import { DAY_MS, HOUR_MS, later } from '../platform/clock.ts';

/** What rows that were removed are counted as. */
export type PurgedKind =
  | 'verification'
  | 'callAttempt'
  | 'webhookMessage'
  | 'auditEvent'
  | 'refusal'
  | 'selfServiceLink'
  | 'selfServiceSession'
  | 'signInPage'
  | 'entraAttempt'
  | 'enrolmentCode';

/** Removes one batch. The first kind says whether there may be more: it was as many as a batch has. */
export interface PurgeStatement {
  what: string;
  /** Selects `kind` and `count` of what was removed, that of the batch first. */
  statement(batch: number, now: Date): Sql;
}

/** How long refusals are kept, ms. */
const REFUSALS_MS = 7 * DAY_MS;

/** How long ago, by the policy of the tenant `t`, something must be over to be removed. */
const keptFor = (field: keyof typeof KEPT_DAYS) =>
  raw(`make_interval(days => coalesce((t.policy->'retention'->>'${field}')::int, ${KEPT_DAYS[field]}))`);

/**
 * By the index of a tenant's requests, the oldest first. One that is not finished stays, and so does one whose outcome
 * is still to be delivered. What was delivered, or given up, goes with it. The rows are locked, so their places hold: by
 * its id one would be looked for in whichever index has ids, and plans are kept while tables grow.
 */
const verifications: PurgeStatement = {
  what: 'finished verifications',
  statement: (batch, now) => sql`
    with old as materialized (
      select o.id, o.place from tenant t cross join lateral (
        select v.id, v.ctid as place from verification v
        where v.tenant_id = t.id and v.created_at < ${now}::timestamptz - ${keptFor('verificationDays')}
          and v.finished_at < ${now}::timestamptz - ${keptFor('verificationDays')} and not v.open
          and not exists (select from outbox w where w.verification_id = v.id
            and coalesce(w.delivered_at, w.dead_at) is null offset 0)
        order by v.created_at, v.id limit ${batch}::int for update of v skip locked) o limit ${batch}::int),
    attempts as (
      delete from call_attempt where verification_id = any(array(select id from old)) returning id),
    messages as (
      delete from outbox where verification_id = any(array(select id from old)) returning id),
    gone as (
      delete from verification where ctid = any(array(select place from old)) returning id)
    select 'verification' as kind, (select count(*) from gone)::int as count
    union all select 'callAttempt', (select count(*) from attempts)::int
    union all select 'webhookMessage', (select count(*) from messages)::int`,
};

/**
 * The oldest are looked at only: one that was sent again and delivered late holds up those after it for a while. The policy,
 * which may hold a logo, is read once for each tenant and not for each message: `offset 0` keeps that apart.
 */
const messages: PurgeStatement = {
  what: 'delivered outcome webhooks',
  statement: (batch, now) => sql`
    with old as materialized (
      select o.id from (
        select t.id, ${now}::timestamptz - ${keptFor('messageDays')} as before from tenant t offset 0) k
      cross join lateral (
        select d.id, d.delivered_at from outbox d where d.tenant_id = k.id and d.delivered_at is not null
        order by d.sequence limit ${batch}::int for update of d skip locked) o
      where o.delivered_at < k.before limit ${batch}::int),
    gone as (
      delete from outbox where id = any(array(select id from old)) returning id)
    select 'webhookMessage' as kind, (select count(*) from gone)::int as count`,
};

const refusals: PurgeStatement = {
  what: 'refusals',
  statement: (batch, now) => sql`
    with old as materialized (
      select ctid as place from refusal where minute < ${later(now, -REFUSALS_MS)}
      order by minute limit ${batch}::int for update skip locked),
    gone as (
      delete from refusal where ctid = any(array(select place from old)) returning code)
    select 'refusal' as kind, (select count(*) from gone)::int as count`,
};

/** How long links and sessions of the self-service page are kept after their end, ms: the page says so much longer that they are over. */
const SELF_SERVICE_MS = DAY_MS;

/** Links first, of which sessions may be left. */
const selfService: PurgeStatement = {
  what: 'links and sessions of the self-service page',
  statement: (batch, now) => sql`
    with old_links as materialized (
      select ctid as place from self_service_link where expires_at < ${later(now, -SELF_SERVICE_MS)}
      order by expires_at limit ${batch}::int for update skip locked),
    old_sessions as materialized (
      select ctid as place from self_service_session where expires_at < ${later(now, -SELF_SERVICE_MS)}
      order by expires_at limit ${batch}::int for update skip locked),
    links as (
      delete from self_service_link where ctid = any(array(select place from old_links)) returning token_hash),
    sessions as (
      delete from self_service_session where ctid = any(array(select place from old_sessions)) returning id_hash)
    select 'selfServiceLink' as kind, (select count(*) from links)::int as count
    union all select 'selfServiceSession', (select count(*) from sessions)::int`,
};

/** How long after its end a page for signing in is kept, ms: a code and the way back last longer than the page. */
const SIGN_IN_PAGES_MS = HOUR_MS;

const signInPages = endedRows('sign_in_page', 'signInPage', 'pages for signing in', SIGN_IN_PAGES_MS);

/** How long after their end sign-ins of Entra are kept, ms: the same request again finds its own. */
const ENTRA_ATTEMPTS_MS = HOUR_MS;

const entraAttempts = endedRows('entra_attempt', 'entraAttempt', 'sign-ins of Entra', ENTRA_ATTEMPTS_MS);

/** How long after their end enrolment codes are kept, ms: they say nothing any more. */
const ENROLMENT_CODES_MS = DAY_MS;

const enrolmentCodes = endedRows(
  'entra_enrolment_code',
  'enrolmentCode',
  'enrolment codes',
  ENROLMENT_CODES_MS,
);

/** The database removes audit events by itself: nobody else may. */
const auditEvents: PurgeStatement = {
  what: 'audit events',
  statement: (batch, now) =>
    sql`select 'auditEvent' as kind, purge_audit_events(${now}::timestamptz, ${batch}::int) as count`,
};

/** Removes rows of a table some time after they expired, the oldest first. */
function endedRows(table: string, kind: PurgedKind, what: string, keptMs: number): PurgeStatement {
  const from = raw(table);
  return {
    what,
    statement: (batch, now) => sql`
    with old as materialized (
      select ctid as place from ${from} where expires_at < ${later(now, -keptMs)}
      order by expires_at limit ${batch}::int for update skip locked),
    gone as (
      delete from ${from} where ctid = any(array(select place from old)) returning 1)
    select ${raw(`'${kind}'`)} as kind, (select count(*) from gone)::int as count`,
  };
}

/** All of them, in the order in which they run. */
export const PURGE_STATEMENTS: readonly PurgeStatement[] = [
  verifications,
  messages,
  refusals,
  selfService,
  signInPages,
  entraAttempts,
  enrolmentCodes,
  auditEvents,
];
