import sql, { raw, type Sql } from 'sql-template-tag';
import type { Counter, CrossedAlarm } from './admission.ts';
import { KEEP_CALL } from './kept-calls.ts';
import { ALL_COLUMNS, isOfTenant, story, type Verification } from './rows.ts';

/** How often a text is sent for one verification. */
export const MOST_SENDS = 5;

/** When a text may be sent again. */
interface AgainTimes {
  now: Date;
  /** The code must be valid until then. */
  notAfter: Date;
  /** The last text must have been asked for before. */
  sentBefore: Date;
}

/** A condition on the verification `v`: its text may be sent again. */
type MaySendAgain = (times: AgainTimes) => Sql;

/** A verification of a user. */
export const OF_USER: MaySendAgain = ({ sentBefore }) =>
  sql`v.sign_in is null and v.state = 'sent' and v.attempts < ${MOST_SENDS}::int and v.dialed_at <= ${sentBefore}`;

/** Whether an earlier text was sent, or is still to be, must not be told: that depends on whether there is anybody to get it. */
export const BY_NUMBER: MaySendAgain = ({ sentBefore }) =>
  sql`v.sign_in is not null and v.state in ('queued', 'sending', 'sent') and v.texts_asked < ${MOST_SENDS}::int
    and v.text_asked_at <= ${sentBefore}`;

/**
 * What became of it. `crossed`: the alarms that the text made due. `full`: this counter (by its name) has no room before
 * `until`. `gone`: there is no text that may be sent again now.
 */
export type Again =
  | { kind: 'queued'; verification: Verification; crossed: CrossedAlarm[] }
  | { kind: 'full'; counter: string; until: Date }
  | { kind: 'gone' };

type Row = Verification & { refused: string | null; until: Date | null; crossed: CrossedAlarm[] };

/**
 * To be sent once more with the same code, if there is room for another text: `sent` → `queued`, counted in the same statement
 * by the function that counts requests.
 */
export function createSendAgain(first: <Row>(statement: Sql) => Promise<Row | null>, maySend: MaySendAgain) {
  return async (
    of: Pick<Verification, 'tenantId' | 'id'>,
    counters: readonly Counter[],
    times: AgainTimes,
  ): Promise<Again> => {
    const row = await first<Row>(againStatement(of, counters, maySend(times), times));
    if (!row) return { kind: 'gone' };
    const { refused, until, crossed, ...verification } = row;
    if (refused === null) return { kind: 'queued', verification, crossed };
    if (until === null) throw new Error(`a text was refused by ${refused} for no time`);
    return { kind: 'full', counter: refused, until };
  };
}

function againStatement(
  of: Pick<Verification, 'tenantId' | 'id'>,
  counters: readonly Counter[],
  maySend: Sql,
  { now, notAfter }: AgainTimes,
): Sql {
  const isSent = raw("v.state = 'sent'");
  return sql`
    with due as materialized (
      select v.id, v.attempt_id from verification v
      where ${isOfTenant(of)} and v.channel = 'sms' and v.expires_at >= ${notAfter}
        and ${maySend}
      for no key update),
    counted as materialized (
      select c.* from due cross join lateral count_up(${JSON.stringify(counters)}::jsonb, ${now}) c),
    again as (select due.id, due.attempt_id from due, counted where counted.refused is null),
    archived as (
      update call_attempt a set ${KEEP_CALL} from verification o, again where o.id = again.id and a.id = again.attempt_id),
    v as (
      update verification v set state = 'queued', wake_at = case when ${isSent} then ${now} else v.wake_at end,
        slot_at = case when ${isSent} then null else v.slot_at end,
        texts_asked = v.texts_asked + 1, text_asked_at = ${now},
        events = v.events || ${story(now, { type: 'queued' })}::jsonb
      from again where v.id = again.id returning v.*)
    select ${ALL_COLUMNS}, counted.refused, counted.until, counted.crossed from counted left join v on true`;
}
