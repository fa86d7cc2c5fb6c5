import sql, { empty, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextProgress } from '../../providers/text-port.ts';
import { MADE_UP_FOR } from '../request/unentered-codes.ts';
import { KEEP_CALL } from './attempts.ts';
import {
  ALL_COLUMNS,
  COMMIT_LATER,
  DECIDED_COLUMNS,
  type Decided,
  isFrom,
  isStillEntitled,
  story,
  type Verification,
  whileCounting,
} from './rows.ts';

/** How often a code may be checked: the wrong one that ends the verification. */
export const MOST_CHECKS = 5;
/** How often a text is sent for one verification. */
const MOST_SENDS = 5;
/** How long the process that recorded a decision has to complete it before others look, s. */
const COMPLETED_WITHIN_S = 5;

/** A code that was checked: what became of the verification, and how many wrong ones there were. */
export type Checked = Decided & Pick<Verification, 'state' | 'wrongKeys'>;

/**
 * A code that was typed. `key`: what a repetition is known by, or null. `madeUpFor`: counters of texts whose codes nobody entered, which
 * a right code makes up for.
 */
interface Check {
  isRight: boolean;
  key: string | null;
  madeUpFor: string[];
}

/** A counter of texts to a number, see `limits.ts`. */
export interface TextCounter {
  key: string;
  most: number;
  endsAt: Date;
}

/** Guarded updates of verifications by text message. An update returns null when somebody was there first. */
export type TextStore = ReturnType<typeof createTextStore>;

/** @param run runs a statement on the registry */
export function createTextStore(run: RunStatement) {
  const first = async <Row>(statement: Sql) => (await run<Row>(statement))[0] ?? null;
  return {
    /** The provider has taken the text: `sending` → `sent` until the code expires. Its name is kept whatever the state is. */
    accepted: (attemptId: string, textId: string, now: Date) =>
      first<Pick<Verification, 'id' | 'state' | 'wakeAt'>>(sql`
        update verification v set call_id = coalesce(v.call_id, ${textId}), rang_at = coalesce(v.rang_at, ${now}),
          ${toSent(attemptId, now)}
        ${whileCounting(attemptId)} and coalesce(v.call_id, ${textId}) = ${textId} and ${COMMIT_LATER}
        returning v.id, v.state, v.wake_at`),

    progress: createProgress(first),

    check: createCheck(first),

    /** The verification, if the latest check of its code was this one. */
    checkedWith: (id: string, key: string) =>
      first<Checked>(sql`select ${DECIDED_COLUMNS}, v.state, v.wrong_keys from verification v
        where v.id = ${id} and v.check_key = ${key}`),

    sendAgain: createSendAgain(first),
  };
}

type First = <Row>(statement: Sql) => Promise<Row | null>;

/** What a text that was taken, or is on its way, sets. */
function toSent(attemptId: string, now: Date): Sql {
  return sql`state = case when v.state = 'sending' then 'sent' else v.state end,
    wake_at = case when v.state = 'sending' then v.expires_at else v.wake_at end,
    events = case when v.state = 'sending' then v.events || ${story(now, { type: 'sent', attemptId })}::jsonb else v.events end`;
}

/** How far texts come, in order: what is told late changes nothing. */
const RANK = {
  queued: 0,
  sending: 1,
  sent: 2,
  delivered: 3,
  undelivered: 3,
  failed: 3,
  canceled: 3,
} as const;

/**
 * The provider told how far a text has come. That it failed → decided, unless an earlier text of the same verification was
 * taken: the person may have its code.
 */
function createProgress(first: First) {
  return (attemptId: string, progress: TextProgress, sender: Sender, now: Date) => {
    const { textId, status, outcome, errorCode } = progress;
    const rank = RANK[status];
    const fails = sql`(${outcome}::text is not null and v.state in ('sending', 'sent') and not exists (select from call_attempt e
      where e.verification_id = v.id and e.id <> a.id and e.call_id is not null))`;
    const decided = story(now, {
      ...{ type: 'decided', attemptId, outcome: outcome ?? 'undelivered' },
      ...(errorCode === null ? {} : { errorCode }),
    });
    return first<Decided & Pick<Verification, 'state'>>(sql`
      update verification v set call_id = coalesce(v.call_id, ${textId}), call_status = ${status}, status_sequence = ${rank}::int,
        rang_at = coalesce(v.rang_at, ${now}), answered_at = case when ${status} = 'delivered' then ${now}::timestamptz else v.answered_at end,
        call_error = coalesce(${errorCode}, v.call_error),
        state = case when ${fails} then 'decided' when v.state = 'sending' then 'sent' else v.state end,
        outcome = case when ${fails} then ${outcome} else v.outcome end,
        error_code = case when ${fails} then ${errorCode} else v.error_code end,
        live = v.live or ${fails}, decided_at = case when ${fails} then ${now}::timestamptz else v.decided_at end,
        wake_at = case when ${fails} then ${now}::timestamptz when v.state = 'sending' then v.expires_at else v.wake_at end,
        events = case when ${fails} then v.events || ${decided}::jsonb
          when v.state = 'sending' then v.events || ${story(now, { type: 'sent', attemptId })}::jsonb else v.events end
      ${whileCounting(attemptId)} and coalesce(v.call_id, ${textId}) = ${textId} and v.status_sequence < ${rank}::int
        and v.channel = 'sms' and ${isFrom(sender)} and ${COMMIT_LATER}
      returning ${DECIDED_COLUMNS}, v.state`);
  };
}

/**
 * Checks a code: one update counts it and decides. Of many at once only as many are looked at as there are chances left,
 * since the answer of one that gets no row tells nothing of whether it was right.
 */
function createCheck(first: First) {
  return (
    { tenantId, id, codeSeed }: Pick<Verification, 'tenantId' | 'id' | 'codeSeed'>,
    { isRight, key, madeUpFor }: Check,
    now: Date,
  ) => {
    const last = sql`v.wrong_keys + 1 >= ${MOST_CHECKS}::int`;
    const [outcome, wrong] = [isRight ? 'approved' : 'wrongDigits', isRight ? 0 : 1];
    const decides = isRight ? sql`true` : last;
    return first<Checked>(sql`
      with v as (update verification v set wrong_keys = v.wrong_keys + ${wrong}::int, check_key = ${key},
        state = case when ${decides} then 'decided' else v.state end,
        live = v.live or ${decides}, outcome = case when ${decides} then ${outcome} end,
        decided_at = case when ${decides} then ${now}::timestamptz end,
        wake_at = case when ${decides} then ${now}::timestamptz + make_interval(secs => ${COMPLETED_WITHIN_S}) else v.wake_at end,
        events = v.events || case when ${decides} then ${story(now, { type: 'decided', outcome })}::jsonb
          else ${story(now, { type: 'codeWrong' })}::jsonb end
      where v.id = ${id} and v.tenant_id = ${tenantId} and v.channel = 'sms' and v.code_seed = ${codeSeed}
        and v.attempts > 0 and v.state in ('queued', 'sending', 'sent') and v.expires_at > ${now} and ${isStillEntitled(now)}
        and v.check_key is distinct from ${key ?? NO_KEY}
      returning v.*)${madeUpFor.length === 0 ? empty : makeUp(madeUpFor, now)}
      select ${DECIDED_COLUMNS}, v.state, v.wrong_keys from v`);
  };
}

/** What no key of a check is. */
const NO_KEY = '-';

/** The rows are locked in the order in which a request locks them. */
function makeUp(keys: string[], now: Date): Sql {
  return sql`,
      made_up_for as (
        update rate_count r set count = r.count - ${MADE_UP_FOR}::int from v
        where r.key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb)) and r.window_ends_at > ${now})`;
}

/** `sent` → `queued`, to be sent once more with the same code, if the number may get another text. */
function createSendAgain(first: First) {
  return (
    { tenantId, id }: Pick<Verification, 'tenantId' | 'id'>,
    { key, most, endsAt }: TextCounter,
    { now, notAfter, sentBefore }: { now: Date; notAfter: Date; sentBefore: Date },
  ) =>
    first<Verification>(sql`
      with due as materialized (
        select v.id, v.attempt_id from verification v
        where v.id = ${id} and v.tenant_id = ${tenantId} and v.channel = 'sms' and v.state = 'sent'
          and v.attempts < ${MOST_SENDS}::int and v.expires_at >= ${notAfter} and v.dialed_at <= ${sentBefore}
        for no key update),
      counted as (
        insert into rate_count as r (key, window_ends_at, count) select ${key}, ${endsAt}::timestamptz, 1 from due
        on conflict (key) do update set
          count = case when r.window_ends_at <= ${now} then 1 else r.count + 1 end,
          window_ends_at = case when r.window_ends_at <= ${now} then excluded.window_ends_at else r.window_ends_at end
          where r.window_ends_at <= ${now} or r.count < ${most}::int
        returning key),
      archived as (
        update call_attempt a set ${KEEP_CALL} from verification o, due, counted where o.id = due.id and a.id = due.attempt_id),
      v as (
        update verification v set state = 'queued', wake_at = ${now}, slot_at = null,
          events = v.events || ${story(now, { type: 'queued' })}::jsonb
        from due, counted where v.id = due.id returning v.*)
      select ${ALL_COLUMNS} from v`);
}
