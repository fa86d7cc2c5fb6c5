import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { ERASED_USER, type User } from '../domain/user.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';

/** How much there was about a user that is erased now. */
export interface Erased {
  /** Verifications that name neither user nor number any more. */
  verifications: number;
  phoneMethods: number;
  appPasswords: number;
  webhookMessages: number;
}

/** Erases a user. */
export type EraseUser = ReturnType<typeof createEraseUser>;

type Row = Erased & { openId: string | null };

/**
 * Erases what the registry holds about a user, in one statement. What calls cost is kept for the books: of a
 * verification the times, country, outcome, caller line and the provider's ids of its calls.
 *
 * A verification that is not finished holds everything back, but for a sign-in by number: who asked for it may be anybody.
 * It goes on as a decoy, of nobody. All of them are locked before, so one that is finishing is
 * waited for, and what it has written is seen. One that is requested meanwhile is a new beginning.
 */
export function createEraseUser({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  /** @throws ServiceError `user.verificationOpen` naming a verification that is not finished */
  return async (user: User): Promise<Erased> => {
    const [row] = await runWhenLocked<Row, Registry>(db, lockAll(user), eraseAll(user, clock.now()));
    if (!row) throw new Error('the statement that erases a user returns one row');
    const { openId, ...erased } = row;
    if (openId === null) return erased;
    throw new ServiceError(
      'user.verificationOpen',
      `A verification of the user (${openId}) is not finished, so nothing was erased. Cancel it or wait until it is finished, then repeat this.`,
      { verificationId: openId },
    );
  };
}

/**
 * In the order of the verifications' ids, as everything is that touches several of them. What somebody asked for with one
 * of the user's numbers, and nobody was texted for, is nobody's, but has the number.
 */
function lockAll({ tenantId, userId }: User) {
  return sql`select id from verification where id in (
      select id from verification where tenant_id = ${tenantId} and user_id = ${userId}
      union all
      select d.id from phone_method m join verification d on d.phone_number = m.phone_number and d.tenant_id = m.tenant_id
      where m.tenant_id = ${tenantId} and m.user_id = ${userId} and d.user_id = '' and d.decoy is not null)
    order by id for update`;
}

/**
 * Whether one is open is asked before any is locked again: what this statement does not see as finished may have left
 * more than it sees.
 */
function eraseAll(user: User, now: Date) {
  const { tenantId, userId } = user;
  const ofUser = sql`tenant_id = ${tenantId} and user_id = ${userId} and (select ok from ready)`;
  return sql`
    with unfinished as materialized (
      select id from verification where tenant_id = ${tenantId} and user_id = ${userId} and open
        and (sign_in is null or state = 'decided') limit 1),
    ready as materialized (select not exists (select from unfinished) as ok),
    locked as materialized (${lockAll(user)}),
    verifications as (
      update verification v set user_id = ${ERASED_USER}, phone_number = '', phone_hash = null, extension = null,
        challenge_digits = null, code_seed = case when v.open and v.sign_in is not null then v.code_seed end,
        decoy = case when v.sign_in is not null then coalesce(v.decoy, 'userErased') end,
        check_key = null, idempotency_key = null, request_hash = null, job_id = null, trace_parent = null
      from locked where v.id = locked.id and (select ok from ready) returning v.id),
    assertions as (
      delete from sign_in_assertion a using locked where a.verification_id = locked.id and (select ok from ready)),
    phones as (delete from phone_method where ${ofUser} returning id),
    passwords as (delete from app_password where ${ofUser} returning id),
    profile as (delete from user_profile where ${ofUser}),
    block as (delete from user_block where ${ofUser}),
    failures as (delete from challenge_failure where ${ofUser}),
    refusals as (delete from refusal where ${ofUser}),
    page_links as (delete from self_service_link where ${ofUser}),
    enrolment_codes as (delete from entra_enrolment_code where ${ofUser}),
    entra_attempts as (delete from entra_attempt where ${ofUser}),
    page_sessions as (delete from self_service_session where ${ofUser}),
    counts as (delete from rate_count where key = ${`user ${tenantId} ${userId}`} and (select ok from ready)),
    messages as (
      delete from outbox o using locked where o.verification_id = locked.id and (select ok from ready)
      returning o.id),
    other_messages as (
      delete from outbox where verification_id is null and tenant_id = ${tenantId} and payload ->> 'userId' = ${userId}
        and (select ok from ready) returning id),
    events as materialized (
      select erase_audit_events(${tenantId}, ${userId}) as count where (select ok from ready)),
    erased as (
      select (select count(*) from verifications) as verifications, (select count(*) from phones) as phone_methods,
        (select count(*) from passwords) as app_passwords,
        (select count(*) from messages) + (select count(*) from other_messages) as webhook_messages
      -- What only selects is not run unless something reads it.
      where (select coalesce(sum(count), 0) from events) >= 0),
    ${auditEvents([{ ...NOTE, tenantId: sql`${tenantId}` }], now)}
    select erased.*, (select id from unfinished) as open_id from erased`;
}

/** That somebody was erased, and not who. */
const NOTE: AuditEvent = {
  ...{ type: 'user.erased', from: sql`erased where (select ok from ready)`, userId: sql`${ERASED_USER}` },
  data: sql`jsonb_build_object('verifications', verifications, 'phoneMethods', phone_methods,
    'appPasswords', app_passwords, 'webhookMessages', webhook_messages)`,
};
