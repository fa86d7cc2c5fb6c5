import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import { createGatherWhileBusy } from '../../platform/gather-while-busy.ts';
import { archive } from './kept-calls.ts';
import {
  HAS_MOBILE_BESIDE,
  IN_DOUBT,
  IS_SUPPRESSED,
  isStillEntitled,
  PLACING_COLUMNS,
  type Placing,
  type Verification,
} from './rows.ts';
import { MOST_TOGETHER, nothingDone } from './together.ts';

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
export const phoneOf = (row: Sql) =>
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

/** A new attempt. `onCall`: the phone is on another call of ours. Null: a look at the row is needed. */
type Begun = Placing | 'onCall' | null;

/** A verification that was just taken from the queue. */
interface Unseen {
  verificationId: string;
  attempt: NewAttempt;
  /** Without room for a call, only a text begins. */
  hasRoom: boolean;
}

/** The guarded updates that begin an attempt. @param run runs a statement on the registry */
export function createBeginAttempt(run: RunStatement) {
  const one = async (statement: Sql): Promise<Begun> => {
    try {
      return (await run<Placing>(statement))[0] ?? null;
    } catch (error) {
      if (takenConstraint(error) === 'verification_called_phone') return 'onCall';
      throw error;
    }
  };
  return {
    /**
     * `queued` and due → `dialing` or `sending`, without a look at the row before: if the policy that it was checked under still
     * counts, the user is not blocked, and it has not expired. Null: a look is needed. Several at the same time begin in one statement.
     */
    beginUnseen: createGatherWhileBusy<Unseen, Begun>({
      one: ({ verificationId, attempt, hasRoom }) =>
        one(begin(attempt, sql`v.id = ${verificationId} and ${isDue(attempt, sql`${hasRoom}`)}`)),
      many: (unseen) => run<Placing>(beginAll(unseen)).then((begun) => inOrder(unseen, begun), nothingDone),
      most: MOST_TOGETHER,
      keysOf: ({ verificationId }) => [verificationId],
    }),

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
          { also: archive(sql`o.id = ${id}`) },
        ),
      ),
  };
}

/** A look is needed also where somebody else has locked the row, or calls the phone. */
function inOrder(unseen: Unseen[], begun: Placing[]): Begun[] {
  const byId = new Map(begun.map((placing) => [placing.id, placing]));
  return unseen.map(({ verificationId }) => byId.get(verificationId) ?? null);
}

/** Where several attempts begin at once: what comes before the update, where it finds them, and what tells them apart. */
interface Parts {
  also?: Sql;
  from?: Sql;
  attemptId?: Sql;
}

/**
 * → `dialing` or `sending` with a new attempt, whose call or text is not known yet. A phone that is on another call of ours is found by the
 * index on `called_phone`, whose value PostgreSQL then writes to its log: so that is the hash of the phone.
 */
function begin(
  { id, lineNumber, startedAt, wakeAt }: NewAttempt,
  where: Sql,
  { also = empty, from = empty, attemptId = sql`${id}::uuid` }: Parts = {},
): Sql {
  return sql`
    with ${also} v as (
      update verification v set state = case when ${IS_TEXT} then 'sending' else 'dialing' end, live = not ${IS_TEXT},
        called_phone = case when not ${IS_TEXT} then ${phoneOf(raw('v'))} end,
        expires_at = case when ${beginsLife(startedAt)} then ${later(startedAt, CODE_LIFE_MS)} else v.expires_at end, attempt_id = ${attemptId}, attempts = v.attempts + 1,
        wake_at = ${wakeAt}, line_number = coalesce(${lineNumber ?? null}, v.line_number), call_id = null, call_status = null, call_error = null,
        status_sequence = -1, round = 1, prompt = ${FIRST_PROMPT}, wrong_keys = case when ${IS_TEXT} then v.wrong_keys else 0 end, silences = 0, turns = 0, answered_by = null,
        dialed_at = ${startedAt}, rang_at = null, answered_at = null, ended_at = null,
        events = v.events || jsonb_build_object('type', case when ${IS_TEXT} then 'sending' else 'dialing' end,
          'at', ${startedAt.toISOString()}::text, 'attemptId', ${attemptId})
      ${from} where ${where} returning v.*),
    attempt as (
      insert into call_attempt (id, verification_id, number, line_number, started_at)
      select v.attempt_id, v.id, v.attempts, v.line_number, v.dialed_at from v)
    select ${PLACING_COLUMNS} from v`;
}

/**
 * Begins the attempts of several verifications, all at the moment of the last. Their rows are locked before their guards are looked
 * at, those that nobody else has locked: so nobody waits for another verification. One call for each phone that is not on another call,
 * in the order of the phones: their index has no two such statements wait for each other in a circle.
 */
function beginAll(unseen: Unseen[]): Sql {
  const [first, ...others] = unseen.map(({ attempt }) => attempt);
  if (first === undefined) throw new Error('there is no attempt to begin');
  const last = others.reduce((latest, each) => (each.startedAt > latest.startedAt ? each : latest), first);
  const wanted = unseen.map(({ verificationId, attempt, hasRoom }) => ({
    ...{ verification_id: verificationId, attempt_id: attempt.id, has_room: hasRoom },
  }));
  return begin(last, sql`v.id = one.id and ${isDue(last, raw('one.has_room'))}`, {
    also: sql`
      w as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(verification_id uuid, attempt_id uuid, has_room boolean)),
      l as materialized (
        select w.attempt_id, w.has_room, v.id, case when ${IS_TEXT} then v.id::text else ${phoneOf(raw('v'))} end as phone
        from w join verification v on v.id = w.verification_id for no key update of v skip locked),
      one as materialized (
        select distinct on (l.phone) l.* from l
        where not exists (select from verification o where o.called_phone = l.phone) order by l.phone, l.id),`,
    from: raw('from one'),
    attemptId: raw('one.attempt_id'),
  });
}

/** The verification `v` waits, its time has come, and nothing has changed since its request. */
function isDue({ startedAt }: NewAttempt, hasRoom: Sql): Sql {
  return sql`v.state = 'queued' and v.wake_at <= ${startedAt} and (${hasRoom} or ${IS_TEXT})
    and ${hasLifeLeft(startedAt)} and ${stillAllowed(sql`v.policy_version`, startedAt)}`;
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
