import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import {
  ALL_COLUMNS,
  type CallAttempt,
  HAS_EARLIER_TEXT,
  HAS_MOBILE_BESIDE,
  IN_DOUBT,
  IS_SUPPRESSED,
  isStillEntitled,
  ON_CALL,
  PLACING_COLUMNS,
  type Placing,
  story,
  type Verification,
  whileCounting,
} from './rows.ts';

/** How long the code of a text message is valid, ms: from the first attempt to send it that is not put off, of a sign-in by number from the request. */
export const CODE_LIFE_MS = 600_000;

/** A text that comes so shortly before its code expires is not sent, ms. */
export const SHORTEST_LIFE_MS = 60_000;

/** A message of somebody else that would have so little time left is not passed on, ms: a call takes a moment until it rings. */
export const SHORTEST_MESSAGE_MS = 3_000;

/** A condition on the verification `v`: the person is reached by text message. */
const IS_TEXT = raw("(v.channel = 'sms')");

/** A condition on the verification `v`: its text has a code of ours, whose life begins when it is sent. */
const HAS_OWN_CODE = raw("(v.channel = 'sms' and v.purpose <> 'deliver')");

/** What stands in `called_phone` for the phone of a verification. What was requested under version 0.1.0 has no hash. */
const phoneOf = (row: Sql) =>
  sql`coalesce(${row}.phone_hash, ${row}.phone_number || coalesce('x' || ${row}.extension, ''))`;

/** What the person hears first in a call of the verification `v`. */
const FIRST_PROMPT =
  raw(`case when v.purpose <> 'deliver' then 'ask' else (select case when d.asks_first then 'ask-message'
        else 'message' end from delivery d where d.verification_id = v.id) end`);

/** A new attempt, before the provider is asked. */
interface NewAttempt {
  id: string;
  /** The line, if it is another than the verification's. */
  lineNumber?: string;
  startedAt: Date;
  /** Until then nobody looks for the call. */
  wakeAt: Date;
}

/** Guarded updates around placing a call. An update returns null when somebody was there first. */
export type AttemptStore = ReturnType<typeof createAttemptStore>;

/** @param run runs a statement on the registry */
export function createAttemptStore(run: RunStatement) {
  const one = async (statement: Sql) => (await run<Verification>(statement))[0] ?? null;
  return {
    ...beginning(async (statement) => {
      try {
        return (await run<Placing>(statement))[0] ?? null;
      } catch (error) {
        if (takenConstraint(error) === 'verification_called_phone') return 'onCall';
        throw error;
      }
    }),
    ...ending(one),
    ofVerification: createAttemptsOf(run),

    /**
     * Frees the phone of a verification that waits for it from a call of which nobody knows the end, if its verification was
     * finished before `before`.
     */
    async freePhone(verificationId: string, before: Date): Promise<void> {
      await run(sql`
        update verification v set called_phone = null from verification w where w.id = ${verificationId}
          and v.called_phone = ${phoneOf(raw('w'))} and v.state = 'finished' and v.finished_at < ${before}`);
    },

    /** Keeps the provider's name for a call of an attempt that does not count any more. */
    async nameLateCall(attemptId: string, callId: string): Promise<void> {
      await run(sql`update call_attempt set call_id = coalesce(call_id, ${callId}) where id = ${attemptId}`);
    },
  };
}

type One = (statement: Sql) => Promise<Verification | null>;

/**
 * → `dialing` or `sending` with a new attempt, whose call or text is not known yet. A phone that is on another call of ours is found by the
 * index on `called_phone`, whose value PostgreSQL then writes to its log: so that is the hash of the phone.
 */
function begin(attempt: NewAttempt, where: Sql, also: Sql = empty): Sql {
  const { id, lineNumber = null, startedAt, wakeAt } = attempt;
  return sql`
    with ${also} v as (
      update verification v set state = case when ${IS_TEXT} then 'sending' else 'dialing' end, live = not ${IS_TEXT},
        called_phone = case when not ${IS_TEXT} then ${phoneOf(raw('v'))} end,
        expires_at = case when ${beginsLife(startedAt)} then ${later(startedAt, CODE_LIFE_MS)} else v.expires_at end, attempt_id = ${id}::uuid, attempts = v.attempts + 1,
        wake_at = ${wakeAt}, line_number = coalesce(${lineNumber}, v.line_number), call_id = null, call_status = null, call_error = null,
        status_sequence = -1, round = 1, prompt = ${FIRST_PROMPT}, wrong_keys = case when ${IS_TEXT} then v.wrong_keys else 0 end, silences = 0, turns = 0, answered_by = null,
        dialed_at = ${startedAt}, rang_at = null, answered_at = null, ended_at = null,
        events = v.events || case when ${IS_TEXT} then ${story(startedAt, { type: 'sending', attemptId: id })}::jsonb
          else ${story(startedAt, { type: 'dialing', attemptId: id })}::jsonb end
      where ${where} returning *),
    attempt as (
      insert into call_attempt (id, verification_id, number, line_number, started_at)
      select v.attempt_id, v.id, v.attempts, v.line_number, v.dialed_at from v)
    select ${PLACING_COLUMNS} from v`;
}

/**
 * The first attempt to send begins the life of the code, and so does one before which each other was put off, until a code's
 * life after the request: the network may put it off for ever. A sign-in by number must not tell how its text fares.
 */
function beginsLife(startedAt: Date): Sql {
  return sql`${HAS_OWN_CODE} and v.sign_in is null and (v.attempts = 0 or v.created_at > ${later(startedAt, -CODE_LIFE_MS)}
    and not exists (select from call_attempt e where e.verification_id = v.id and (e.call_id is not null or e.ended_at is null)))`;
}

/** It has not expired, nor will a text's code soon; the first text of a user's verification begins its life. */
function hasLifeLeft(startedAt: Date): Sql {
  return sql`v.expires_at > ${startedAt}
    and (v.purpose <> 'deliver' or v.expires_at >= ${later(startedAt, SHORTEST_MESSAGE_MS)})
    and (not ${HAS_OWN_CODE} or (v.attempts = 0 and v.sign_in is null)
    or v.expires_at >= ${later(startedAt, SHORTEST_LIFE_MS)})`;
}

/** A new attempt. `onCall`: the phone is on another call of ours. Null: a look at the row is needed. */
type Begun = Placing | 'onCall' | null;

function beginning(one: (statement: Sql) => Promise<Begun>) {
  return {
    /**
     * `queued` and due → `dialing` or `sending`, without a look at the row before: if the policy that it was checked under still
     * counts, the user is not blocked, and it has not expired. Without room for a call, only a text. Null: a look is needed.
     */
    beginUnseen: (verificationId: string, attempt: NewAttempt, { hasRoom }: { hasRoom: boolean }) =>
      one(
        begin(
          attempt,
          sql`v.id = ${verificationId} and v.state = 'queued' and v.wake_at <= ${attempt.startedAt}
            and (${hasRoom} or ${IS_TEXT})
            and ${hasLifeLeft(attempt.startedAt)} and ${stillAllowed(sql`v.policy_version`, attempt.startedAt)}`,
        ),
      ),

    /**
     * `queued`, or `dialing` or `sending` with a lost call or text, → the same with a new attempt. Guarded by the state and the attempt as
     * read, so that two workers cannot both dial, and by the version of the policy that it was checked under.
     */
    begin: ({ id, state, attemptId }: Verification, attempt: NewAttempt, policyVersion: number) =>
      one(
        begin(
          attempt,
          sql`v.id = ${id} and v.state = ${state} and v.state in ('queued', 'dialing', 'sending')
            and ${hasLifeLeft(attempt.startedAt)}
            and v.attempt_id is not distinct from ${attemptId}::uuid
            and ${stillAllowed(sql`${policyVersion}`, attempt.startedAt)}`,
          archive(sql`o.id = ${id}`),
        ),
      ),
  };
}

/**
 * The policy that it was checked under still counts, the user is not blocked, the challenge not locked, the phone is not suppressed nor left alone
 * for a while after unwanted calls, who signs in has still that phone, and an alternate mobile has a mobile beside it. A call that is looked for was allowed before.
 */
function stillAllowed(checkedUnder: Sql, now: Date): Sql {
  return sql`${checkedUnder} = (select policy_version from tenant where tenant.id = v.tenant_id)
    and ${isStillEntitled(now)} and not ${IS_SUPPRESSED} and ${HAS_MOBILE_BESIDE}
    and (v.challenge = 'pound' or v.decoy is not null or not exists (select from challenge_failure f where f.tenant_id = v.tenant_id
      and f.user_id = v.user_id and f.challenge = v.challenge and f.locked_until > ${now}))
    and (v.state in ${IN_DOUBT} or coalesce(phone_paused_until(v.phone_hash, v.purpose), ${now}) <= ${now})`;
}

/** Keeps how the call of the attempt that counts went, before another attempt counts or the call is forgotten. */
function archive(which: Sql): Sql {
  return sql`archived as (
    update call_attempt a set ${KEEP_CALL}
    from verification o where ${which} and a.id = o.attempt_id),`;
}

function ending(one: One) {
  return {
    /**
     * The provider said that nothing happened: ends the attempt, and `dialing` or `sending` → `queued` until `wakeAt`.
     * @param lineNumber the line of the next attempt, if it is another
     */
    postpone: (attemptId: string, errorCode: string, now: Date, wakeAt: Date, lineNumber?: string) =>
      one(sql`
        with v as (
          update verification v set state = 'queued', live = false, called_phone = null, wake_at = ${wakeAt}, slot_at = null,
            call_error = ${errorCode}, ended_at = ${now}, line_number = coalesce(${lineNumber ?? null}, v.line_number),
            events = v.events || ${story(now, { type: 'queued', attemptId })}::jsonb
          ${whileCounting(attemptId)}
            and v.state in ${IN_DOUBT} and v.call_id is null and v.ended_at is null
          returning v.*),
        archived as (
          update call_attempt a set error_code = v.call_error, ended_at = v.ended_at from v where a.id = v.attempt_id)
        select ${ALL_COLUMNS} from v`),

    /** The call ended and the policy wants another one: `ringing` or `answered` → `queued` until `wakeAt`, once. */
    redial: (attemptId: string, now: Date, wakeAt: Date) =>
      one(sql`
        with ${archive(sql`o.id = (select verification_id from call_attempt where id = ${attemptId})`)} v as (
          update verification v set state = 'queued', live = false, called_phone = null, wake_at = ${wakeAt}, slot_at = null,
            redials = 1,
            events = v.events || ${story(now, { type: 'queued', attemptId })}::jsonb
          ${whileCounting(attemptId)}
            and v.state in ('ringing', 'answered') and v.redials = 0
          returning v.*)
        select ${ALL_COLUMNS} from v`),

    /** The provider refused the call: notes why, and open → decided, unless there is what `noText` is for. */
    refuse: (attemptId: string, end: { outcome: string; errorCode: string }, now: Date) =>
      one(sql`
        update verification v set state = 'decided', outcome = ${end.outcome}, error_code = ${end.errorCode},
          call_error = ${end.errorCode}, ended_at = ${now}, decided_at = ${now}, wake_at = ${now},
          events = v.events || ${story(now, { type: 'decided', attemptId, ...end })}::jsonb
        ${whileCounting(attemptId)}
          and (v.state in ${ON_CALL} or v.state = 'sending') and v.sign_in is null and not ${HAS_EARLIER_TEXT}
        returning ${ALL_COLUMNS}`),

    /**
     * There is no text, for this reason, of a sign-in by number or after another text was taken: `sending` → `sent`. Whether
     * one came must not be told of the first, and the code of the second is valid; another text may be asked for.
     */
    noText: (attemptId: string, errorCode: string, now: Date) =>
      one(sql`
        update verification v set state = 'sent', call_error = ${errorCode}, ended_at = ${now}, wake_at = v.expires_at,
          events = v.events || ${story(now, { type: 'sent', attemptId, errorCode })}::jsonb
        ${whileCounting(attemptId)} and v.state = 'sending' and (v.sign_in is not null or ${HAS_EARLIER_TEXT})
        returning ${ALL_COLUMNS}`),

    /** The call was found to be over: notes its end, and when the verification is to be decided. */
    foundOver: (
      attemptId: string,
      call: { status: string; answeredBy: string | null },
      endedAt: Date,
      wakeAt: Date,
    ) =>
      one(sql`
        update verification v set ended_at = ${endedAt}, call_status = ${call.status},
          answered_by = coalesce(${call.answeredBy}, v.answered_by), wake_at = ${wakeAt}
        ${whileCounting(attemptId)}
          and v.ended_at is null and v.state in ('ringing', 'answered')
        returning ${ALL_COLUMNS}`),
  };
}

/** What an attempt keeps of its call under the same name as the verification has it while the attempt counts. */
const SAME_NAME =
  'call_id status_sequence round prompt wrong_keys silences answered_by rang_at answered_at ended_at';
/** All that an attempt keeps of its call, and the column of the verification that has it while the attempt counts. */
const OF_CALL: [kept: string, live: string][] = [
  ['status', 'call_status'],
  ['error_code', 'call_error'],
  ...SAME_NAME.split(' ').map((name): [string, string] => [name, name]),
];
const CALL_COLUMNS = raw(
  OF_CALL.map(([kept, live]) => `case when v.id is null then a.${kept} else v.${live} end as ${kept}`).join(
    ', ',
  ),
);
/** Keeps in the attempt `a` how the call of the verification `o` went. */
export const KEEP_CALL = raw(OF_CALL.map(([kept, live]) => `${kept} = o.${live}`).join(', '));

/** The attempts of a verification, oldest first, each with what is known of its call. */
export function createAttemptsOf(run: RunStatement) {
  return (verificationId: string): Promise<CallAttempt[]> =>
    run<CallAttempt>(sql`
      select a.id, a.verification_id, a.number, a.line_number, a.started_at, ${CALL_COLUMNS}
      from call_attempt a left join verification v on v.id = a.verification_id and v.attempt_id = a.id
      where a.verification_id = ${verificationId} order by a.number`);
}
