import sql from 'sql-template-tag';
import { auditEvents } from '../../domain/audit-event.ts';
import type { User } from '../../domain/user.ts';
import { isBlocked } from '../../domain/user-conditions.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { EntraAsked, UnregisteredPhone } from '../../registry/entra-schema.ts';
import type { FirstTime } from './methods.ts';

/** A sign-in that Entra asked for, as it is now. */
export interface EntraAttempt extends User {
  id: string;
  methodId: string;
  asked: EntraAsked;
  createdAt: Date;
  /** Entra waits no longer. */
  expiresAt: Date;
  locale: string | null;
  /** Counts what was begun: calls and texts, one after the other. */
  round: number;
  /** How the person is reached in this round; null: as is usual. */
  way: string | null;
  verificationId: string | null;
  /** The code of the error by which this round was refused. */
  refusal: string | null;
  endedAs: string | null;
  sealedAnswer: string | null;
  /** A phone that is asked as long as none is registered. */
  phone: UnregisteredPhone | null;
  /** When the person showed an enrolment code; null: they have not. */
  admittedAt: Date | null;
  /** What happens when no phone is known; null: the method is gone. */
  firstTime: FirstTime | null;
}

/** A new one. */
export type NewAttempt = Pick<
  EntraAttempt,
  'id' | 'methodId' | 'asked' | 'createdAt' | 'expiresAt' | keyof User
> & { requestHash: string };

/** The statements about sign-ins of Entra; each change is one guarded update. */
export type AttemptStore = ReturnType<typeof createAttemptStore>;

const COLUMNS = sql`id, method_id, tenant_id, user_id, asked, created_at, expires_at, locale, round, way, verification_id,
  refusal, ended_as, sealed_answer, phone, admitted_at,
  (select m.first_time from entra_method m where m.id = method_id) as first_time`;
/** Whether anything may still happen to it. */
const GOES_ON = sql`ended_as is null and answered_at is null`;

/** @param run runs a statement on the registry */
export function createAttemptStore(run: RunStatement) {
  const ofRequest = ({ methodId, requestHash }: Pick<NewAttempt, 'methodId' | 'requestHash'>) =>
    run<{ id: string }>(
      sql`select id from entra_attempt where method_id = ${methodId} and request_hash = ${requestHash}`,
    );
  return {
    /** Writes it, unless the same request came before. @returns the id of the one there is now, and whether it is this one */
    async add(attempt: NewAttempt): Promise<{ id: string; isNew: boolean }> {
      const [added] = await run<{ id: string }>(sql`
        insert into entra_attempt (id, method_id, tenant_id, user_id, request_hash, asked, created_at, expires_at)
        values (${attempt.id}::uuid, ${attempt.methodId}, ${attempt.tenantId}, ${attempt.userId}, ${attempt.requestHash},
          ${JSON.stringify(attempt.asked)}::jsonb, ${attempt.createdAt}, ${attempt.expiresAt})
        on conflict (method_id, request_hash) do nothing returning id`);
      if (added) return { id: added.id, isNew: true };
      const [known] = await ofRequest(attempt);
      if (!known) throw new Error('a sign-in of Entra was there, and is gone');
      return { id: known.id, isNew: false };
    },

    async find(methodId: string, id: string): Promise<EntraAttempt | null> {
      const [row] = await run<EntraAttempt>(
        sql`select ${COLUMNS} from entra_attempt where id = ${id}::uuid and method_id = ${methodId}`,
      );
      return row ?? null;
    },

    /** Notes what a round has begun, or why it has not. */
    async begun(
      { id, round }: Pick<EntraAttempt, 'id' | 'round'>,
      { way, verificationId, refusal }: Pick<EntraAttempt, 'way' | 'verificationId' | 'refusal'>,
    ): Promise<EntraAttempt | null> {
      const [row] = await run<EntraAttempt>(sql`
        update entra_attempt set way = ${way}, verification_id = ${verificationId}::uuid, refusal = ${refusal}
        where id = ${id}::uuid and round = ${round}::int and verification_id is null and refusal is null and ${GOES_ON}
        returning ${COLUMNS}`);
      return row ?? null;
    },

    /** Goes on to the next round, if nobody did yet. */
    async nextRound(
      { id, round }: Pick<EntraAttempt, 'id' | 'round'>,
      way: string | null,
      now: Date,
    ): Promise<EntraAttempt | null> {
      const [row] = await run<EntraAttempt>(sql`
        update entra_attempt set round = round + 1, way = ${way}, verification_id = null, refusal = null
        where id = ${id}::uuid and round = ${round}::int and expires_at > ${now} and ${GOES_ON} returning ${COLUMNS}`);
      return row ?? null;
    },

    /** Keeps the phone that the directory has, if there is none yet. */
    async keepPhone(id: string, phone: UnregisteredPhone): Promise<EntraAttempt | null> {
      const [row] = await run<EntraAttempt>(sql`
        update entra_attempt set phone = ${JSON.stringify(phone)}::jsonb
        where id = ${id}::uuid and phone is null and ${GOES_ON} returning ${COLUMNS}`);
      return row ?? null;
    },

    /** Keeps the answer of an approved verification, the one time that it is made. @returns whether it is this one */
    async answer(
      { id, verificationId }: Pick<EntraAttempt, 'id' | 'verificationId'>,
      { sealed, amr }: { sealed: string; amr: string },
      now: Date,
    ): Promise<boolean> {
      const rows = await run(sql`
        with changed as (
          update entra_attempt e set sealed_answer = ${sealed}, answered_at = ${now}
          where id = ${id}::uuid and verification_id = ${verificationId}::uuid and expires_at > ${now} and ${GOES_ON}
            and not ${isBlocked('e', now)}
          returning *),
        ${auditEvents(
          [
            {
              ...{ type: 'entraMethod.answered', from: sql`changed`, verificationId: sql`verification_id` },
              data: sql`jsonb_build_object('entraMethodId', method_id, 'amr', ${amr}::text,
                'clientRequestId', asked ->> 'clientRequestId')`,
            },
          ],
          now,
        )}
        select id from changed`);
      return rows.length === 1;
    },

    ...createEndings(run),

    async speak(id: string, locale: string): Promise<void> {
      await run(sql`update entra_attempt set locale = ${locale} where id = ${id}::uuid`);
    },
  };
}

/** How sign-ins end without an approval. */
function createEndings(run: RunStatement) {
  return {
    /** Ends it when its user is blocked, also if it was answered: the answer is shown no more. @returns whether it was ended */
    async endIfBlocked(id: string, now: Date): Promise<boolean> {
      const ended = await run(sql`
        update entra_attempt e set ended_as = 'access_denied', sealed_answer = null
        where id = ${id}::uuid and ended_as is null and ${isBlocked('e', now)} returning id`);
      return ended.length > 0;
    },

    /** Ends it with an error, unless it has ended otherwise. */
    async end(id: string, error: string): Promise<void> {
      await run(sql`update entra_attempt set ended_as = ${error} where id = ${id}::uuid and ${GOES_ON}`);
    },
  };
}
