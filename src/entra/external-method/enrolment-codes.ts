/** Codes that an administrator gives to people, with which they may enter a phone of their own at a sign-in of Entra. */
import { randomInt } from 'node:crypto';
import sql, { join, type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { hashesUnderAllKeys, hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';

/** How long a code lasts unless the request says otherwise, s; three days. */
export const CODE_LIFE_S = 259_200;
/** The longest that a code may last, s; two weeks. */
export const LONGEST_CODE_LIFE_S = 1_209_600;
/** The most wrong codes in one sign-in. They count for it alone: nobody can use up the tries of somebody else. */
const MOST_WRONG = 5;

/** Without those that look like others: I, O, 0 and 1. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** 60 bits. */
const LENGTH = 12;

/** A code, the one time that it is shown. */
export interface EnrolmentCode {
  /** In three groups of four. */
  code: string;
  expiresAt: Date;
}

/** What became of a phone that somebody entered. */
export type Enrolled = { kind: 'admitted' } | { kind: 'wrongCode'; left: number };

/** Codes of people. */
export type EnrolmentCodes = ReturnType<typeof createEnrolmentCodes>;

const event = (type: AuditEvent['type'], from: Sql): AuditEvent => ({ type, from, data: sql`'{}'::jsonb` });

/** Codes in the registry, by their hashes. A change and its audit event are one statement. */
export function createEnrolmentCodes(deps: { run: RunStatement; clock: Clock; hashKeys: () => KeyRing }) {
  const { run, clock } = deps;
  return {
    /** Makes one; an earlier one of the user counts no longer. @param forS how long it lasts, s */
    async create(user: User, forS = CODE_LIFE_S): Promise<EnrolmentCode> {
      const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
      const { hash, keyId } = hmac(deps.hashKeys(), textOf(user, code));
      const now = clock.now();
      const expiresAt = later(now, forS * 1000);
      await run(sql`
        with made as (
          insert into entra_enrolment_code (tenant_id, user_id, code_hash, hash_key_id, created_at, expires_at)
          values (${user.tenantId}, ${user.userId}, ${hash}, ${keyId}, ${now}, ${expiresAt})
          on conflict (tenant_id, user_id) do update set code_hash = excluded.code_hash, hash_key_id = excluded.hash_key_id,
            created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = null
          returning *),
        ${auditEvents([event('enrolmentCode.created', sql`made`)], now)}
        select from made`);
      return { code: code.replaceAll(/.{4}(?=.)/g, '$&-'), expiresAt };
    },

    /** @throws ServiceError `enrolmentCode.notFound` */
    async remove({ tenantId, userId }: User): Promise<void> {
      const now = clock.now();
      const removed = await run(sql`
        with removed as (
          delete from entra_enrolment_code where tenant_id = ${tenantId} and user_id = ${userId} and used_at is null
            and expires_at > ${now} returning *),
        ${auditEvents([event('enrolmentCode.removed', sql`removed`)], now)}
        select user_id from removed`);
      if (removed.length === 0)
        throw new ServiceError('enrolmentCode.notFound', 'The user has no enrolment code that can be used.');
    },

    /**
     * Lets somebody enter a phone in their sign-in: with the right code, or again once they have shown it. One statement; the
     * code is used by the one sign-in that it admits.
     * @param typed as people type it
     */
    async enrol(attempt: User & { id: string }, phone: UnregisteredPhone, typed: string): Promise<Enrolled> {
      const hashes = hashesUnderAllKeys(deps.hashKeys(), textOf(attempt, readCode(typed)));
      const [row] = await run<{ admitted: boolean; wrong: number }>(
        enrolling(attempt, phone, join(hashes.map(({ hash }) => hash)), clock.now()),
      );
      if (row?.admitted) return { kind: 'admitted' };
      return { kind: 'wrongCode', left: MOST_WRONG - (row?.wrong ?? MOST_WRONG) };
    },
  };
}

function enrolling(attempt: User & { id: string }, phone: UnregisteredPhone, hashes: Sql, now: Date): Sql {
  return sql`
    with attempt as materialized (
      select id, tenant_id, user_id, admitted_at, wrong_codes from entra_attempt
      where id = ${attempt.id}::uuid and expires_at > ${now} and ended_as is null and answered_at is null for update),
    code as materialized (
      select c.tenant_id, c.user_id from entra_enrolment_code c join attempt a on a.tenant_id = c.tenant_id and a.user_id = c.user_id
      where a.admitted_at is null and a.wrong_codes < ${MOST_WRONG}::int and c.used_at is null and c.expires_at > ${now}
        and c.code_hash in (${hashes}) for update of c),
    admitted as (
      update entra_attempt e set phone = ${JSON.stringify(phone)}::jsonb, admitted_at = coalesce(e.admitted_at, ${now})
      from attempt a where e.id = a.id and (a.admitted_at is not null or exists (select from code)) returning e.id),
    wrong as (
      update entra_attempt e set wrong_codes = e.wrong_codes + 1
      from attempt a where e.id = a.id and a.admitted_at is null and not exists (select from code)
        and a.wrong_codes < ${MOST_WRONG}::int returning e.wrong_codes),
    used as (
      update entra_enrolment_code c set used_at = ${now} from code
      where c.tenant_id = code.tenant_id and c.user_id = code.user_id returning c.*),
    ${auditEvents([event('enrolmentCode.used', sql`used`)], now)}
    select exists (select from admitted) as admitted,
      coalesce((select wrong_codes from wrong), (select wrong_codes from attempt), ${MOST_WRONG}::int) as wrong`;
}

/** Small letters, spaces and hyphens are as people type. */
function readCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s\p{Pd}]/gu, '');
}

/** What is hashed: a code is its user's only. */
const textOf = ({ tenantId, userId }: User, code: string) => `enrolment ${tenantId} ${userId} ${code}`;
