/**
 * Writing messages to tenants in the statement that they are about, so that neither exists without the other. The
 * first message comes back as already claimed, and its writer's process delivers it from memory.
 */
import { randomUUIDv7 } from 'node:crypto';
import sql, { join, type Sql } from 'sql-template-tag';
import { later } from '../platform/clock.ts';
import type { OutboxMessage } from './messages.ts';
import { isWanted } from './wanted-types.ts';

/** How long a written message belongs to its writer, ms. If it is not delivered by then, any process may claim it. */
const WRITER_LEASE_MS = 30_000;

/** A message that a process claimed for delivery, with its endpoint; `url` and secrets are null without one. */
export interface ClaimedMessage
  extends Pick<OutboxMessage, 'id' | 'tenantId' | 'verificationId' | 'type' | 'payload' | 'createdAt'> {
  resentAt: Date | null;
  /** This attempt included. */
  attempts: number;
  /** Until then no other process gets the message. */
  leaseUntil: Date;
  url: string | null;
  sealedSecret: string | null;
  previousSealedSecret: string | null;
  previousUntil: Date | null;
}

/**
 * `about` and `message`: messages about the finished verification in `done`, one of each type (those with a
 * condition if it holds), if the webhook endpoint of its tenant takes them. Ids and words only. The first is claimed by its writer for 30 s; later ones wait for it and are
 * claimed in the ordinary way. Of the statements that write messages about a verification, only the first may do so.
 * @param message.phoneMethodId the id of the phone that was registered, or null; `appPasswordId` likewise
 */
export function writeMessages(
  message: {
    types: [{ type: string; when?: Sql }, ...{ type: string; when?: Sql }[]];
    phoneMethodId: Sql;
    appPasswordId: Sql;
  },
  now: Date,
): Sql {
  const rows = message.types.map(
    ({ type, when = sql`true` }: { type: string; when?: Sql }, place) =>
      sql`(${place}::int, ${randomUUIDv7()}::uuid, ${type}::text, ${when})`,
  );
  return sql`about as (
    select id as verification_id, tenant_id, jsonb_build_object('verificationId', id, 'userId', user_id,
      'purpose', purpose, 'channel', channel, 
      'escalatedAt', to_char(escalated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'phoneType', phone_type, 'outcome', outcome, 'errorCode', error_code,
      'finishedAt', ${now.toISOString()}::text, 'phoneMethodId', ${message.phoneMethodId},
      'appPasswordId', ${message.appPasswordId}) as payload
    from done),
  message as (
    insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts)
    select m.id, a.tenant_id, a.verification_id, m.type, a.payload, ${now}::timestamptz,
      case m.place when 0 then ${later(now, WRITER_LEASE_MS)}::timestamptz else ${now}::timestamptz end,
      case m.place when 0 then 1 else 0 end
    from about a cross join (values ${join(rows)}) m (place, id, type, wanted)
    where m.wanted and ${isWanted(sql`a.tenant_id`, sql`m.type`)}
    order by m.place
    returning id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts)`;
}

/** The message that `writeMessages` claimed, with its endpoint, as JSON for `readWrittenMessage`; null when there is none. */
export const WRITTEN_MESSAGE = sql`(
  select jsonb_build_object('id', m.id, 'tenantId', m.tenant_id, 'verificationId', m.verification_id, 'type', m.type,
    'payload', m.payload, 'createdAt', m.created_at, 'attempts', m.attempts, 'leaseUntil', m.next_attempt_at,
    'url', e.url, 'sealedSecret', e.sealed_secret, 'previousSealedSecret', e.previous_sealed_secret,
    'previousUntil', e.previous_until)
  from message m join webhook_endpoint e on e.tenant_id = m.tenant_id where m.attempts = 1)`;

/** What `WRITTEN_MESSAGE` selects: instants as text, since JSON has no others. */
type WrittenMessage = Omit<ClaimedMessage, 'createdAt' | 'resentAt' | 'leaseUntil' | 'previousUntil'> & {
  createdAt: string;
  leaseUntil: string;
  previousUntil: string | null;
};

/** Makes a message of what `WRITTEN_MESSAGE` selected. */
export function readWrittenMessage(selected: unknown): ClaimedMessage {
  const message = selected as WrittenMessage;
  const { createdAt, leaseUntil, previousUntil } = message;
  return {
    ...message,
    createdAt: new Date(createdAt),
    resentAt: null,
    leaseUntil: new Date(leaseUntil),
    previousUntil: previousUntil === null ? null : new Date(previousUntil),
  };
}
