import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type CallProgress, ENDED } from '../../phone-network/port.ts';
import type { Registry } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import type { State } from '../states.ts';

/** A call as its webhooks need it: the attempt, and what counts of its verification and tenant. */
export interface LiveCall {
  attemptId: string;
  verificationId: string;
  tenantId: string;
  /** Whether this attempt is the one that counts. */
  current: boolean;
  state: State;
  outcome: Outcome | null;
  locale: string;
  extension: string | null;
  callId: string | null;
  round: number;
  prompt: string;
}

/** Which answer of the person to which question: the same pair again is the same webhook again. */
export interface Answered {
  attemptId: string;
  callId: string;
  /** The round of the document that asked. */
  round: number;
}

/** The guarded updates behind the phone network's webhooks, each idempotent. `true`: this webhook was the first to say so. */
export type LiveCallStore = ReturnType<typeof createLiveCallStore>;

const ON_CALL = sql`('dialing', 'ringing', 'answered')`;

/** The attempt's verification, while the attempt counts and the outcome is open. */
const openVerification = (attemptId: string) => sql`
  exists (select 1 from verification where id = call_attempt.verification_id
    and attempt_id = ${attemptId}::uuid and state in ${ON_CALL})`;

/** A call that has not ended, or that the network was thought to have refused until it showed up. */
const mayBeAlive = sql`(call_attempt.ended_at is null or call_attempt.call_id is null)`;

/** Only webhooks of the very call that the attempt knows, or that it learns of just now. */
const sameCall = (callId: string) => sql`coalesce(call_attempt.call_id, ${callId}) = ${callId}`;

/** @param db the registry */
export function createLiveCallStore(db: Kysely<Registry>) {
  const changed = async (statement: RawBuilder<unknown>) => (await statement.execute(db)).rows.length > 0;

  return {
    async read(attemptId: string): Promise<LiveCall | null> {
      const result = await sql<LiveCall>`
        select a.id as attempt_id, v.id as verification_id, v.tenant_id, v.attempt_id = a.id as current,
          v.state, v.outcome, v.locale, v.extension, a.call_id, a.round, a.prompt
        from call_attempt a join verification v on v.id = a.verification_id where a.id = ${attemptId}`.execute(
        db,
      );
      return result.rows[0] ?? null;
    },

    /** Somebody picked up: notes the call, and `dialing` or `ringing` → `answered`; `queued` too, if the call was thought not to be. */
    answered(attemptId: string, callId: string, now: Date, wakeAt: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          update call_attempt set call_id = coalesce(call_id, ${callId}), answered_at = coalesce(answered_at, ${now}),
            ended_at = null, error_code = null
          where id = ${attemptId} and ${sameCall(callId)} and ${mayBeAlive}
          returning id, verification_id)
        update verification set state = 'answered', wake_at = ${wakeAt} from attempt
        where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and verification.state in ('queued', 'dialing', 'ringing')
        returning verification.id`);
    },

    /** `#` in answer to the current question: → decided as approved. Locks the attempt first, as every statement here does. */
    approve(answer: Answered, now: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          select id, verification_id from call_attempt
          where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)} for update),
        decided as (
          update verification set state = 'decided', outcome = 'approved', decided_at = ${now}, wake_at = ${now}
          from attempt where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
            and verification.state in ${ON_CALL}
          returning verification.id)
        update call_attempt set prompt = 'approved', round = round + 1, call_id = coalesce(call_id, ${answer.callId}),
          answered_at = coalesce(answered_at, ${now})
        from decided where call_attempt.id = ${answer.attemptId}
        returning call_attempt.id`);
    },

    /** Another key than `#`: asks again, or with the `limit`-th one → decided as wrongDigits. */
    wrongKey(answer: Answered, limit: number, now: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          update call_attempt set round = round + 1, wrong_keys = wrong_keys + 1,
            prompt = case when wrong_keys + 1 >= ${limit} then 'too-many-wrong-keys' else 'wrong-key' end
          where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
            and ${openVerification(answer.attemptId)}
          returning id, verification_id, wrong_keys),
        decided as (
          update verification set state = 'decided', outcome = 'wrongDigits', decided_at = ${now}, wake_at = ${now}
          from attempt where verification.id = attempt.verification_id and attempt.wrong_keys >= ${limit}
            and verification.attempt_id = attempt.id and verification.state in ${ON_CALL})
        select id from attempt`);
    },

    /** No key in time: repeats the prompt, or with the `limit`-th silence → decided as noInput. */
    silence(answer: Answered, limit: number, now: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          update call_attempt set round = round + 1, silences = silences + 1,
            prompt = case when silences + 1 >= ${limit} then 'too-much-silence' else 'silence' end
          where id = ${answer.attemptId} and round = ${answer.round} and ${sameCall(answer.callId)}
            and ${openVerification(answer.attemptId)}
          returning id, verification_id, silences),
        decided as (
          update verification set state = 'decided', outcome = 'noInput', decided_at = ${now}, wake_at = ${now}
          from attempt where verification.id = attempt.verification_id and attempt.silences >= ${limit}
            and verification.attempt_id = attempt.id and verification.state in ${ON_CALL})
        select id from attempt`);
    },

    /**
     * A status callback. Callbacks come out of order: an older sequence number changes nothing, except that an end
     * always counts (some networks number every callback 0). Before the end, the state follows forward only.
     * Says whether the callback was too old to count, was noted, or also moved the verification on.
     */
    async progress(
      attemptId: string,
      progress: CallProgress,
      now: Date,
      wakeAt: Date,
    ): Promise<'stale' | 'noted' | 'moved'> {
      const ended = ENDED.includes(progress.status);
      const next = progress.status === 'inProgress' ? 'answered' : 'ringing';
      const before = next === 'answered' ? sql`('queued', 'dialing', 'ringing')` : sql`('queued', 'dialing')`;
      const result = await sql<{ moved: boolean }>`
        with attempt as (
          update call_attempt set call_id = coalesce(call_id, ${progress.callId}), status = ${progress.status},
            status_sequence = greatest(status_sequence, ${progress.sequence}),
            answered_by = coalesce(${progress.answeredBy}, answered_by),
            rang_at = case when ${progress.status === 'ringing'} then coalesce(rang_at, ${now}) else rang_at end,
            answered_at = case when ${progress.status === 'inProgress'} then coalesce(answered_at, ${now})
              else answered_at end,
            ended_at = case when ${ended} then ${now}::timestamptz end
          where id = ${attemptId} and ${mayBeAlive} and ${sameCall(progress.callId)}
            and (${ended} or status_sequence < ${progress.sequence})
          returning id, verification_id),
        moved as (
          update verification set state = case when ${ended} and state = 'dialing' then 'ringing'
            when ${ended} then state else ${next} end, wake_at = ${wakeAt}
          from attempt where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
            and ((${ended} and verification.state in ${ON_CALL}) or (not ${ended} and verification.state in ${before}))
          returning verification.id)
        select exists (select 1 from moved) as moved from attempt`.execute(db);
      const [row] = result.rows;
      if (!row) return 'stale';
      return row.moved ? 'moved' : 'noted';
    },

    /** Machine detection heard a machine, and no key has been recorded: → decided as voicemail. */
    machineAnswered(attemptId: string, callId: string, answeredBy: string, now: Date): Promise<boolean> {
      return changed(sql`
        with attempt as (
          update call_attempt set call_id = coalesce(call_id, ${callId}), answered_by = ${answeredBy}
          where id = ${attemptId} and ${sameCall(callId)}
          returning id, verification_id, wrong_keys)
        update verification set state = 'decided', outcome = 'voicemail', decided_at = ${now}, wake_at = ${now}
        from attempt where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and attempt.wrong_keys = 0 and verification.state in ${ON_CALL}
        returning verification.id`);
    },

    /** Notes who picked up, where that decides nothing. */
    async answeredBy(attemptId: string, callId: string, answeredBy: string): Promise<void> {
      await sql`update call_attempt set answered_by = ${answeredBy}
        where id = ${attemptId} and ${sameCall(callId)}`.execute(db);
    },
  };
}
