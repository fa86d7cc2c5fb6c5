import { type Kysely, sql } from 'kysely';
import { type CallProgress, ENDED } from '../../providers/port.ts';
import type { Registry } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge, State } from '../states.ts';
import { changesIn, ON_CALL, sameCall } from './live-call-guards.ts';

/** A call as its webhooks need it: the attempt, and what counts of its verification and tenant. */
export interface LiveCall {
  attemptId: string;
  verificationId: string;
  tenantId: string;
  userId: string;
  challenge: Challenge;
  /** The digits on the screen, for number matching. */
  challengeDigits: string | null;
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

/** The guarded updates behind the phone network's webhooks, each idempotent. `true`: this webhook was the first to say so. */
export type LiveCallStore = ReturnType<typeof createLiveCallStore>;

/** A call that has not ended, or that the network was thought to have refused until it showed up. */
const mayBeAlive = sql`(call_attempt.ended_at is null or call_attempt.call_id is null)`;

/** @param db the registry */
export function createLiveCallStore(db: Kysely<Registry>) {
  const changed = changesIn(db);

  return {
    async read(attemptId: string): Promise<LiveCall | null> {
      const result = await sql<LiveCall>`
        select a.id as attempt_id, v.id as verification_id, v.tenant_id, v.user_id, v.challenge, v.challenge_digits,
          v.attempt_id = a.id as current, v.state, v.outcome, v.locale, v.extension, a.call_id, a.round, a.prompt
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
          returning id, verification_id, round, silences)
        update verification set state = 'decided', outcome = 'voicemail', decided_at = ${now}, wake_at = ${now}
        from attempt where verification.id = attempt.verification_id and verification.attempt_id = attempt.id
          and attempt.round = 1 + attempt.silences and verification.state in ${ON_CALL}
        returning verification.id`);
    },

    /** Notes who picked up, where that decides nothing. */
    async answeredBy(attemptId: string, callId: string, answeredBy: string): Promise<void> {
      await sql`update call_attempt set answered_by = ${answeredBy}
        where id = ${attemptId} and ${sameCall(callId)}`.execute(db);
    },
  };
}
