import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { ALONE, createGatherWhileBusy } from '../../platform/gather-while-busy.ts';
import type { Sender } from '../../providers/port.ts';
import { IS_FROM_TELLER, tellerOf } from './gather-notes.ts';
import { LIVE_COLUMNS, type LiveCall } from './rows.ts';
import { MOST_TOGETHER, nothingDone } from './together.ts';

/** What a webhook says of the call of an attempt. */
export interface Said {
  attemptId: string;
  callId: string;
  sender: Sender;
}

/** The update of one row that each of several webhooks makes, of the verification `v` and what the webhook says, `t`. */
interface Update<Item> {
  set: Sql;
  guard: Sql;
  /** What differs from webhook to webhook, by the columns of `t`. */
  record: (item: Item) => Record<string, unknown>;
  /** The columns of `record`, with their types. */
  columns: Sql;
}

/** A person hears nothing until it is done, so that one does not wait for another; only more of them do. */
const AT_ONCE = 2;

/** A row for each call that was locked; its columns are null where the guard did not hold. */
type Row = { nr: number; place: number | null } & (LiveCall | { id: null });

/**
 * Makes the updates of webhooks that come at the same time in one statement. A row that somebody else has locked is left out, so that nobody
 * waits for another person's call: its webhook is noted by itself.
 * @param one makes the update of one webhook
 * @param update the same of several
 * @returns makes the update of a webhook; null: its guard does not hold
 */
export function gatherWebhooks<Item extends Said>(
  run: RunStatement,
  one: (item: Item) => Promise<LiveCall | null>,
  update: (items: Item[]) => Update<Item>,
): (item: Item) => Promise<LiveCall | null> {
  return createGatherWhileBusy<Item, LiveCall | null>({
    one,
    many: (items) =>
      run<Row>(updateAll(items, update(items))).then((rows) => inOrder(items, rows), nothingDone),
    most: MOST_TOGETHER,
    atOnce: AT_ONCE,
    keysOf: ({ attemptId }) => [attemptId],
  });
}

function inOrder(items: unknown[], rows: Row[]): (LiveCall | null | typeof ALONE)[] {
  const found = new Map(rows.map(({ nr, place: _, ...row }) => [nr, row]));
  return items.map((_item, nr) => {
    const row = found.get(nr);
    if (row === undefined) return ALONE;
    return row.id === null ? null : (row as LiveCall);
  });
}

function updateAll<Item extends Said>(items: Item[], { set, guard, record, columns }: Update<Item>): Sql {
  const said = items.map((item, nr) => {
    const { attemptId, callId, sender } = item;
    return { nr, attempt_id: attemptId, call_id: callId, ...tellerOf(sender), ...record(item) };
  });
  return sql`
    with told as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(said)}::jsonb)
        as t(nr int, attempt_id uuid, call_id text, sent_to text, lines jsonb, ${columns})),
    t as materialized (
      select t.*, v.id from told t join call_attempt a on a.id = t.attempt_id
        join verification v on v.id = a.verification_id and v.attempt_id = a.id
      where ${IS_FROM_TELLER} for no key update of v skip locked),
    v as (
      update verification v set ${set}, call_id = coalesce(v.call_id, t.call_id) from t
      where v.id = t.id and v.attempt_id = t.attempt_id and coalesce(v.call_id, t.call_id) = t.call_id and ${guard}
      returning ${LIVE_COLUMNS}, true as current, t.nr as place)
    select t.nr, v.* from t left join v on v.place = t.nr`;
}
