/**
 * Writing messages to tenants in the statement that they are about, so that neither exists without the other. The
 * first message comes back as already claimed, and its writer's process delivers it from memory.
 */
import { type RawBuilder, sql } from 'kysely';
import { later } from '../platform/clock.ts';

/** How long a written message belongs to its writer, ms. If it is not delivered by then, any process may claim it. */
const WRITER_LEASE_MS = 30_000;

/** A message that somebody claimed to deliver it now, and where to; `url` and secrets are null without an endpoint. */
export interface ClaimedMessage {
  /** UUID; what receivers know the message by. */
  id: string;
  tenantId: string;
  verificationId: string | null;
  type: string;
  payload: Record<string, unknown>;
  createdAt: Date;
  resentAt: Date | null;
  /** This attempt included. */
  attempts: number;
  /** Until then nobody else gets the message. */
  leaseUntil: Date;
  url: string | null;
  sealedSecret: string | null;
  previousSealedSecret: string | null;
  previousUntil: Date | null;
}

/** A message to be written: `id` is a new UUID, `type` what receivers tell messages apart by. */
export interface NewMessage {
  id: string;
  type: string;
}

/**
 * An `insert into outbox … returning` for a common table expression. It writes one row for each message and row of
 * `about` whose tenant has a webhook endpoint, and returns the columns that `claimedMessage` wants. The first message
 * is claimed by the writer for 30 s; later ones wait for it and are claimed in the ordinary way. Messages of a
 * verification that are written by different statements must not rely on this: only the first statement may use it.
 * @param about name of a common table expression with the columns `verification_id`, `tenant_id` and `payload` (jsonb)
 */
export function insertMessages(
  about: string,
  messages: readonly [NewMessage, ...NewMessage[]],
  now: Date,
): RawBuilder<unknown> {
  const rows = messages.map(({ id, type }, place) => sql`(${place}::int, ${id}::uuid, ${type}::text)`);
  return sql`
    insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts)
    select m.id, a.tenant_id, a.verification_id, m.type, a.payload, ${now}::timestamptz,
      case m.place when 0 then ${later(now, WRITER_LEASE_MS)}::timestamptz else ${now}::timestamptz end,
      case m.place when 0 then 1 else 0 end
    from ${sql.table(about)} a cross join (values ${sql.join(rows)}) m (place, id, type)
    where exists (select from webhook_endpoint e where e.tenant_id = a.tenant_id)
    order by m.place
    returning id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts`;
}

/**
 * An expression for the message that `insertMessages` claimed for one verification, with its endpoint, as jsonb for
 * `readClaimedMessage`. Null when there is none.
 * @param written name of the common table expression that holds `insertMessages`
 * @param verificationId the verification, such as sql`done.id`
 */
export function claimedMessage(
  written: string,
  verificationId: RawBuilder<unknown>,
): RawBuilder<ClaimedMessageJson | null> {
  return sql<ClaimedMessageJson | null>`(
    select jsonb_build_object('id', m.id, 'tenantId', m.tenant_id, 'verificationId', m.verification_id,
      'type', m.type, 'payload', m.payload, 'createdAt', m.created_at, 'attempts', m.attempts,
      'leaseUntil', m.next_attempt_at, 'url', e.url, 'sealedSecret', e.sealed_secret,
      'previousSealedSecret', e.previous_sealed_secret, 'previousUntil', e.previous_until)
    from ${sql.table(written)} m join webhook_endpoint e on e.tenant_id = m.tenant_id
    where m.verification_id = ${verificationId} and m.attempts = 1)`;
}

/** What `claimedMessage` selects: instants as text, since JSON has no others. */
export type ClaimedMessageJson = Omit<
  ClaimedMessage,
  'createdAt' | 'resentAt' | 'leaseUntil' | 'previousUntil'
> & { createdAt: string; leaseUntil: string; previousUntil: string | null };

/** Makes a message of what `claimedMessage` selected. */
export function readClaimedMessage(selected: ClaimedMessageJson): ClaimedMessage {
  const { createdAt, leaseUntil, previousUntil } = selected;
  return {
    ...selected,
    createdAt: new Date(createdAt),
    resentAt: null,
    leaseUntil: new Date(leaseUntil),
    previousUntil: previousUntil === null ? null : new Date(previousUntil),
  };
}
