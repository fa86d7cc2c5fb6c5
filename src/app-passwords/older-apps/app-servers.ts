import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import type { Clock } from '../../platform/clock.ts';
import { runIn } from '../../platform/database/run-statement.ts';
import { hasSecretHash, makeNamedSecret, readNamedSecret } from '../../platform/secrets/named-secret.ts';
import type { Registry } from '../../registry/schema.ts';
import type { FoundServer } from '../check/find.ts';

/** The service of servers whose callers name a protocol: it is then the service that an app password must open. */
export const MAIL = 'mail';

/** A server that may ask whether an app password is right. */
export interface AppServer {
  id: string;
  name: string;
  /** Null: it serves every tenant, by the domain of the user name. */
  tenantId: string | null;
  /** `mail`, or the service that an app password must open. */
  service: string;
}

/** A server in the list of all. */
export interface ListedAppServer extends AppServer {
  createdAt: Date;
  revokedAt: Date | null;
}

/** App servers in the registry. A secret is told once; its SHA-256 is kept. A change and its audit events are one statement. */
export function createAppServers({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  return {
    /** Adds one. @returns its id, and `as_<id>_<secret>`, which cannot be had again */
    async create(wanted: Omit<AppServer, 'id'>): Promise<{ id: string; secret: string }> {
      const { id, secretHash, text: secret } = makeNamedSecret('as');
      const { name, tenantId, service } = wanted;
      const now = clock.now();
      await runIn(db)(sql`
        with changed as (
          insert into app_server (id, name, tenant_id, service, secret_hash, created_at)
          values (${id}, ${name}, ${tenantId}, ${service}, ${secretHash}, ${now}) returning *),
        ${auditEvents([eventOf('appServer.created')], now)}
        select 1`);
      return { id, secret };
    },

    /** All of them, the oldest first. */
    list: (): Promise<ListedAppServer[]> =>
      db
        .selectFrom('appServer')
        .select(['id', 'name', 'tenantId', 'service', 'createdAt', 'revokedAt'])
        .orderBy('createdAt')
        .orderBy('id')
        .execute(),

    /** Ends one at once. Returns whether there was a live one of this id. */
    async revoke(id: string): Promise<boolean> {
      const now = clock.now();
      const [ended] = await runIn(db)(sql`
        with changed as (
          update app_server set revoked_at = ${now} where id = ${id} and revoked_at is null returning *),
        ${auditEvents([eventOf('appServer.revoked')], now)}
        select id from changed`);
      return ended !== undefined;
    },
  };
}

/** From `changed`, for each tenant that the server serves. */
function eventOf(type: 'appServer.created' | 'appServer.revoked'): AuditEvent {
  return {
    ...{ type, many: true, tenantId: sql`t.id`, userId: null },
    from: sql`changed s join tenant t on t.id = s.tenant_id or s.tenant_id is null`,
    data: sql`jsonb_build_object('appServerId', s.id, 'name', s.name, 'service', s.service,
      'allTenants', s.tenant_id is null)`,
  };
}

/** A server that says who it is; see `makeNamedSecret`. Null: that is no secret of a server. */
export const readServerSecret = (text: string) => readNamedSecret('as', text);

/** The server that the secret half proves; null where it is wrong, unknown or revoked. Compared in constant time. */
export function provenServer(secret: string, found: FoundServer): AppServer | null {
  const { serverId: id, serverName: name, serverTenantId: tenantId, serverService: service } = found;
  const isRight = hasSecretHash(secret, found.secretHash);
  if (!isRight || id === null || name === null || service === null) return null;
  return found.serverRevokedAt === null ? { id, name, tenantId, service } : null;
}
