import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Counter, WishForSlot } from './admission.ts';
import { interval } from './dial-slots.ts';
import { insertion, type NewVerification } from './insertion.ts';
import { story } from './rows.ts';

/** What of a message is kept until it is delivered. */
export interface NewDelivery {
  /** Who handed it over, by kind and id. */
  source: string;
  nonceHash: string;
  /** The text, sealed. */
  sealed: string;
  correlationId: string | null;
  asksFirst: boolean;
  times: number;
}

/** What became of a message; `refused` as `Admission` has it. */
interface Written {
  isNew: boolean;
  refused: string | null;
  until: Date | null;
  slotAt: Date | null;
}

/** A message as it is spoken or sent. */
export interface StoredMessage {
  /** Null: it is over. */
  sealed: string | null;
  times: number;
}

/**
 * Writes a message as `queued`, once for each nonce of its source, if daily limits, the phone and its line allow it. What is refused
 * leaves the message without a verification: its transaction must be rolled back, and could not be committed.
 */
export function writeDelivery(
  row: NewVerification,
  delivery: NewDelivery,
  counters: Counter[],
  { intervalMs, furthest }: WishForSlot,
): Sql {
  const { source, nonceHash, sealed, correlationId, asksFirst, times } = delivery;
  return sql`
    with fresh as (
      insert into delivery (verification_id, source, nonce_hash, sealed, correlation_id, asks_first, times)
      values (${row.id}::uuid, ${source}, ${nonceHash}, ${sealed}, ${correlationId}, ${asksFirst}, ${times})
      on conflict (source, nonce_hash) do nothing returning verification_id),
    admitted as materialized (
      select a.* from fresh cross join lateral admit_request(${row.tenantId}, null, ${JSON.stringify(counters)}::jsonb,
        ${row.lineNumber}, ${interval(intervalMs)}, ${furthest}, ${row.createdAt},
        ${JSON.stringify(row.phoneHashes)}::jsonb, true) a),
    ${insertion(row, null)}
    select exists (select from fresh) as is_new, refused, until, slot_at from (select) one left join admitted on true`;
}

/** @returns rows of `writeDelivery` */
export async function runDelivery(run: RunStatement, statement: Sql): Promise<Written> {
  const [written] = await run<Written>(statement);
  if (!written) throw new Error('writing a message gave no row; the statement was changed');
  return written;
}

/**
 * A message came again: from now on it is not taken back.
 * @returns whether it is still to be delivered, or was; false: it was taken back
 */
export async function confirmRepeated(
  run: RunStatement,
  { source, nonceHash }: Pick<NewDelivery, 'source' | 'nonceHash'>,
): Promise<boolean> {
  const confirmed = await run(sql`
    update delivery set repeated = true where source = ${source} and nonce_hash = ${nonceHash} and not withdrawn
    returning verification_id`);
  return confirmed.length > 0;
}

/** Reads messages, and takes back what must not be delivered. */
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

/** @param run runs a statement on the registry */
export function createDeliveryStore(run: RunStatement) {
  return {
    async read(verificationId: string): Promise<StoredMessage | null> {
      const rows = await run<StoredMessage>(
        sql`select sealed, times from delivery where verification_id = ${verificationId}`,
      );
      return rows[0] ?? null;
    },

    /** A message that nobody was told was accepted: `queued` → decided as canceled. */
    async withdraw(id: string, now: Date): Promise<void> {
      await run(sql`
        with message as (
          update delivery set withdrawn = true where verification_id = ${id}::uuid and not repeated returning verification_id)
        update verification v set state = 'decided', live = true, outcome = 'canceled', error_code = 'tooLate',
          decided_at = ${now}, wake_at = ${now},
          events = v.events || ${story(now, { type: 'decided', outcome: 'canceled', errorCode: 'tooLate' })}::jsonb
        from message where v.id = message.verification_id and v.purpose = 'deliver' and v.state = 'queued'`);
    },
  };
}

/** `spoken`: forgets the message of the verification in `done`. */
export const FORGET_MESSAGE = sql`spoken as (
  update delivery d set sealed = null from done where d.verification_id = done.id)`;
