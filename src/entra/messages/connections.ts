import { randomUUID } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import { WARNED_DAYS } from '../../domain/certificate-expiry.ts';
import { ServiceError } from '../../errors.ts';
import { type Clock, daysUntil, HOUR_MS } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { KeyRing } from '../../platform/secrets/key-ring.ts';
import { newMessageKey, type SealedKey } from './message-keys.ts';

/** Microsoft's application that calls phone providers. */
export const MICROSOFT_CALLER = '25ec60fa-f18d-41a4-b398-50044c90ce13';

/** What a connection is made of. */
export interface ConnectionWanted {
  tenantId: string;
  name: string;
  /** The tenant's directory, a GUID. */
  directoryId: string;
  /** For whom tokens may be meant: the client id of the endpoint's application, and its Application ID URI. */
  audiences: string[];
  /** The application that may call. */
  callerAppId: string;
  /** Whether its tokens must have the role. */
  requiresRole: boolean;
  /** Whether a call asks for `#` before it speaks the message, and how often it speaks it. */
  asksFirst: boolean;
  times: number;
}

/** What of a connection is to be different; what is left out stays. */
export type ConnectionChanges = {
  [K in Exclude<keyof ConnectionWanted, 'tenantId'>]?: ConnectionWanted[K] | undefined;
};

/** A connection of a tenant with a directory of Entra that hands messages over. */
export interface Connection extends ConnectionWanted {
  id: string;
  createdAt: Date;
}

/** A key that messages to a connection are encrypted for. */
export interface MessageKey {
  /** The `keyId` at Entra. */
  keyId: string;
  /** PEM. */
  certificate: string;
  createdAt: Date;
  expiresAt: Date;
  /** To the hour; null: never. */
  lastUsedAt: Date | null;
}

/** The connections in the registry. */
export type Connections = ReturnType<typeof createConnections>;

type Row = Omit<Connection, 'audiences'> & { audiences: string };

const COLUMNS = sql`id, tenant_id, name, directory_id, audiences, caller_app_id, requires_role, asks_first, times, created_at`;
const KEY_COLUMNS = sql`id as key_id, certificate, created_at, expires_at, last_used_at`;

/** How often the last use of a key is noted, ms. */
const NOTED_EVERY_MS = HOUR_MS;

/** What every use of connections needs. */
interface ConnectionDeps {
  run: RunStatement;
  sealKeys: () => KeyRing;
  clock: Clock;
}

/** @param deps.sealKeys seals private keys; asked for when a key is made */
export function createConnections(deps: ConnectionDeps) {
  const { run, clock } = deps;
  const list = async (which: Sql): Promise<Connection[]> => {
    const rows = await run<Row>(
      sql`select ${COLUMNS} from entra_phone_provider where removed_at is null and ${which} order by created_at, id`,
    );
    return rows.map(toConnection);
  };
  return {
    ...createKeys(deps),
    ...createCalled(run, clock),

    /** Adds one, with its first key. @throws ServiceError `tenant.notFound` */
    async create(wanted: ConnectionWanted): Promise<{ connection: Connection; key: MessageKey }> {
      const now = clock.now();
      const id = randomUUID();
      const key = await newMessageKey(deps.sealKeys(), now);
      const [row] = await run<Row>(createStatement(id, wanted, key, now));
      if (!row) throw new ServiceError('tenant.notFound', 'There is no tenant of this id.');
      const { id: keyId, certificate, expiresAt } = key;
      return {
        connection: toConnection(row),
        key: { keyId, certificate, expiresAt, createdAt: now, lastUsedAt: null },
      };
    },

    /** Those of a tenant, or of all, the oldest first. */
    list: (tenantId?: string): Promise<Connection[]> =>
      list(tenantId === undefined ? sql`true` : sql`tenant_id = ${tenantId}`),

    /** @throws ServiceError `entraPhoneProvider.notFound`. @param tenantId whose it must be; left out: anybody's */
    async read(id: string, tenantId?: string): Promise<Connection> {
      const [found] = await list(
        tenantId === undefined ? sql`id = ${id}` : sql`id = ${id} and tenant_id = ${tenantId}`,
      );
      return found ?? notFound();
    },

    /** Changes what is given. @throws ServiceError `entraPhoneProvider.notFound`. @param tenantId whose it must be; left out: anybody's */
    async change(id: string, changes: ConnectionChanges, tenantId?: string): Promise<Connection> {
      const { name, directoryId, audiences, callerAppId, requiresRole, asksFirst, times } = changes;
      const [row] = await run<Row>(sql`
        with changed as (
          update entra_phone_provider set name = coalesce(${name ?? null}, name),
            directory_id = coalesce(${directoryId?.toLowerCase() ?? null}, directory_id),
            audiences = coalesce(${audiences?.join(' ') ?? null}, audiences),
            caller_app_id = coalesce(${callerAppId?.toLowerCase() ?? null}, caller_app_id),
            requires_role = coalesce(${requiresRole ?? null}::boolean, requires_role),
            asks_first = coalesce(${asksFirst ?? null}::boolean, asks_first), times = coalesce(${times ?? null}::int, times)
          where id = ${id} and removed_at is null and (${tenantId ?? null}::text is null or tenant_id = ${tenantId ?? null})
          returning *),
        ${auditEvents([eventOf('entraPhoneProvider.changed')], clock.now())}
        select ${COLUMNS} from changed`);
      return row ? toConnection(row) : notFound();
    },

    /** Ends one at once: its messages are refused, and its keys are gone. @throws ServiceError `entraPhoneProvider.notFound` */
    async remove(id: string, tenantId?: string): Promise<void> {
      const now = clock.now();
      const [row] = await run(sql`
        with changed as (
          update entra_phone_provider set removed_at = ${now}
          where id = ${id} and removed_at is null and (${tenantId ?? null}::text is null or tenant_id = ${tenantId ?? null})
          returning *),
        keys as (
          update entra_message_key k set retired_at = coalesce(k.retired_at, ${now}), sealed_key = null
          from changed where k.connection_id = changed.id),
        ${auditEvents([eventOf('entraPhoneProvider.removed')], now)}
        select id from changed`);
      if (!row) notFound();
    },
  };
}

function createStatement(
  id: string,
  { tenantId, name, directoryId, audiences, callerAppId, requiresRole, asksFirst, times }: ConnectionWanted,
  key: SealedKey & { certificate: string; expiresAt: Date },
  now: Date,
): Sql {
  return sql`
    with changed as (
      insert into entra_phone_provider (id, tenant_id, name, directory_id, audiences, caller_app_id, requires_role, asks_first,
        times, created_at)
      select ${id}::text, t.id, ${name}::text, ${directoryId.toLowerCase()}::text, ${audiences.join(' ')}::text,
        ${callerAppId.toLowerCase()}::text, ${requiresRole}::boolean, ${asksFirst}::boolean, ${times}::int, ${now}::timestamptz
      from tenant t where t.id = ${tenantId} returning *),
    key as (
      insert into entra_message_key (id, connection_id, certificate, sealed_key, created_at, expires_at)
      select ${key.id}::uuid, id, ${key.certificate}::text, ${key.sealedKey}::text, ${now}::timestamptz,
        ${key.expiresAt}::timestamptz from changed),
    ${auditEvents([eventOf('entraPhoneProvider.created')], now)}
    select ${COLUMNS} from changed`;
}

/** Keys of connections: several are active at once, so that another certificate can be published before the old one expires. */
function createKeys({ run, sealKeys, clock }: ConnectionDeps) {
  return {
    /** Adds a key to a connection that exists. */
    async addKey(connectionId: string): Promise<MessageKey> {
      const now = clock.now();
      const key = await newMessageKey(sealKeys(), now);
      const [row] = await run<MessageKey>(sql`
        with changed as (
          insert into entra_message_key (id, connection_id, certificate, sealed_key, created_at, expires_at)
          select ${key.id}::uuid, c.id, ${key.certificate}::text, ${key.sealedKey}::text, ${now}::timestamptz,
            ${key.expiresAt}::timestamptz
          from entra_phone_provider c where c.id = ${connectionId} and c.removed_at is null returning *),
        ${auditEvents([keyEvent('entraPhoneProvider.keyAdded')], now)}
        select ${KEY_COLUMNS} from changed`);
      return row ?? notFound();
    },

    /** The keys of a connection that are not retired, the newest first. */
    keysOf: (connectionId: string): Promise<MessageKey[]> =>
      run<MessageKey>(sql`select ${KEY_COLUMNS} from entra_message_key
        where connection_id = ${connectionId} and retired_at is null order by created_at desc, id`),

    /** Retires a key; the last one of a connection stays. Returns whether there was one to retire. */
    async retireKey(connectionId: string, keyId: string): Promise<boolean> {
      const now = clock.now();
      const [row] = await run(sql`
        with changed as (
          update entra_message_key k set retired_at = ${now}, sealed_key = null
          where k.id::text = ${keyId.toLowerCase()} and k.connection_id = ${connectionId} and k.retired_at is null
            and exists (select from entra_message_key o where o.connection_id = k.connection_id and o.id <> k.id
              and o.retired_at is null)
          returning *),
        ${auditEvents([keyEvent('entraPhoneProvider.keyRetired')], now)}
        select id from changed`);
      return row !== undefined;
    },
  };
}

/** A connection as a message finds it, with the keys that may decrypt it, the newest first. */
export interface CalledConnection extends Connection {
  keys: (SealedKey & { expiresAt: string; lastUsedAt: string | null })[];
}

function createCalled(run: RunStatement, clock: Clock) {
  return {
    /** Null: there is none of this id. */
    async called(id: string): Promise<CalledConnection | null> {
      const [row] = await run<Row & Pick<CalledConnection, 'keys'>>(sql`
        select ${COLUMNS}, (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'sealedKey', k.sealed_key,
            'expiresAt', k.expires_at, 'lastUsedAt', k.last_used_at) order by k.created_at desc, k.id), '[]')
          from entra_message_key k where k.connection_id = c.id and k.retired_at is null) as keys
        from entra_phone_provider c where c.id = ${id} and c.removed_at is null`);
      return row ? { ...toConnection(row), keys: row.keys } : null;
    },

    /**
     * Notes that a key decrypted a message, unless that was noted within the hour.
     * @returns how many days its certificate is valid, if it must be replaced soon; null: nothing needs to be said of it now
     */
    async noteUse(keys: CalledConnection['keys'], keyId: string): Promise<number | null> {
      const now = clock.now();
      const key = keys.find(({ id }) => id === keyId);
      const noted = key?.lastUsedAt ? new Date(key.lastUsedAt).getTime() : 0;
      if (key === undefined || now.getTime() - noted < NOTED_EVERY_MS) return null;
      await run(sql`update entra_message_key set last_used_at = ${now} where id = ${keyId}`);
      const daysLeft = daysUntil(new Date(key.expiresAt), now);
      return daysLeft < WARNED_DAYS ? daysLeft : null;
    },
  };
}

function toConnection({ audiences, ...row }: Row): Connection {
  const { id, tenantId, name, directoryId, callerAppId, requiresRole, asksFirst, times, createdAt } = row;
  const rules = { callerAppId, requiresRole, asksFirst, times, createdAt };
  return { id, tenantId, name, directoryId, audiences: audiences.split(' '), ...rules };
}

function notFound(): never {
  throw new ServiceError(
    'entraPhoneProvider.notFound',
    'There is no connection for messages from Entra with this id. List them to see which there are.',
  );
}

type ConnectionEvent =
  | 'entraPhoneProvider.created'
  | 'entraPhoneProvider.changed'
  | 'entraPhoneProvider.removed';

const eventOf = (type: ConnectionEvent): AuditEvent => ({
  ...{ type, from: sql`changed`, userId: null },
  data: sql`jsonb_build_object('connectionId', id, 'name', name, 'directoryId', directory_id)`,
});

const keyEvent = (type: 'entraPhoneProvider.keyAdded' | 'entraPhoneProvider.keyRetired'): AuditEvent => ({
  ...{ type, userId: null, tenantId: sql`c.tenant_id` },
  from: sql`changed k join entra_phone_provider c on c.id = k.connection_id`,
  data: sql`jsonb_build_object('connectionId', k.connection_id, 'keyId', k.id)`,
});
