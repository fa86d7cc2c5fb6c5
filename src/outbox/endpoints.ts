import type { Kysely } from 'kysely';
import sql, { raw } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { secretContext } from '../domain/secret-context.ts';
import { ServiceError } from '../errors.ts';
import { type Clock, DAY_MS, later } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import { type KeyRing, seal } from '../platform/secrets/key-ring.ts';
import type { Registry } from '../registry/schema.ts';
import { newWebhookSecret } from './webhook-secret.ts';

const SHOWN = raw('url, types, updated_at, previous_until as previous_secret_until');
/** Which address it is about, and what is posted to it; without its query, in which there may be a secret. */
const OF_ENDPOINT: Omit<AuditEvent, 'type'> = {
  ...{ from: sql`endpoint`, userId: null },
  data: sql`jsonb_build_object('url', regexp_replace(url, '[?#].*$', ''), 'types', types)`,
};

/** How long messages carry the signature of the replaced secret too, so that receivers have time to change. */
const BOTH_SECRETS_MS = DAY_MS;

/** A tenant's webhook endpoint, without its secret. */
export interface WebhookEndpoint {
  url: string;
  /** The types of messages that are posted; null: all. */
  types: string[] | null;
  updatedAt: Date;
  /** Until then messages are signed with the replaced secret as well. */
  previousSecretUntil: Date | null;
}

/** A tenant's webhook endpoint with the secret made for it just now. */
export interface EndpointWithSecret extends WebhookEndpoint {
  secret: string;
}

/** What a tenant can do with its endpoint. Each may throw `webhookEndpoint.notFound`, apart from `put`. */
export type WebhookEndpoints = ReturnType<typeof createWebhookEndpoints>;

/** @param deps.sealKeys what secrets are sealed under in the registry */
export function createWebhookEndpoints(deps: { db: Kysely<Registry>; sealKeys: KeyRing; clock: Clock }) {
  const { db, clock } = deps;
  const sealed = (tenantId: string, secret: string) => seal(deps.sealKeys, secret, secretContext(tenantId));
  const run = runIn(db);
  const shown = ['url', 'types', 'updatedAt', 'previousUntil as previousSecretUntil'] as const;

  return {
    /** Sets or replaces it. Without `secret` one is made and returned; a given one is not repeated. */
    async put(
      tenantId: string,
      wanted: { url: string; types: string[] | null; secret?: string | undefined },
    ): Promise<WebhookEndpoint & { secret?: string }> {
      const made = wanted.secret === undefined ? newWebhookSecret() : null;
      const now = clock.now();
      const [endpoint = notFound()] = await run<WebhookEndpoint>(sql`
        with endpoint as (
          insert into webhook_endpoint (tenant_id, url, types, sealed_secret, updated_at)
          values (${tenantId}, ${wanted.url}, ${wanted.types}::text[], ${sealed(tenantId, made ?? wanted.secret ?? '')}, ${now})
          on conflict (tenant_id) do update set url = excluded.url, types = excluded.types, sealed_secret = excluded.sealed_secret,
            previous_sealed_secret = null, previous_until = null, updated_at = excluded.updated_at
          returning *),
        ${auditEvents([{ ...OF_ENDPOINT, type: 'webhookEndpoint.set' }], now)}
        select ${SHOWN} from endpoint`);
      return made === null ? endpoint : { ...endpoint, secret: made };
    },

    async read(tenantId: string): Promise<WebhookEndpoint> {
      const query = db.selectFrom('webhookEndpoint').select(shown).where('tenantId', '=', tenantId);
      return (await query.executeTakeFirst()) ?? notFound();
    },

    /** Makes a new secret. For a day messages carry the signatures of both. */
    async rotateSecret(tenantId: string): Promise<EndpointWithSecret> {
      const secret = newWebhookSecret();
      const now = clock.now();
      const [endpoint = notFound()] = await run<WebhookEndpoint>(sql`
        with endpoint as (
          update webhook_endpoint set previous_sealed_secret = sealed_secret,
            previous_until = ${later(now, BOTH_SECRETS_MS)}, sealed_secret = ${sealed(tenantId, secret)}, updated_at = ${now}
          where tenant_id = ${tenantId} returning *),
        ${auditEvents([{ ...OF_ENDPOINT, type: 'webhookEndpoint.secretRotated' }], now)}
        select ${SHOWN} from endpoint`);
      return { ...endpoint, secret };
    },

    /** Removes it. What was not delivered yet is given up (`dead`), and can be sent again to a later endpoint. */
    async remove(tenantId: string): Promise<{ undelivered: number }> {
      const now = clock.now();
      const [counts] = await run<{ removed: number; undelivered: number }>(sql`
        with endpoint as (delete from webhook_endpoint where tenant_id = ${tenantId} returning *),
        waiting as materialized (
          select o.id from outbox o join endpoint on endpoint.tenant_id = o.tenant_id
          where o.delivered_at is null and o.dead_at is null order by o.id for no key update of o),
        dead as (
          update outbox o set dead_at = ${now}, last_error = 'The endpoint was deleted.' from waiting
          where o.id = waiting.id and o.delivered_at is null and o.dead_at is null
          returning o.id),
        ${auditEvents([{ ...OF_ENDPOINT, type: 'webhookEndpoint.removed' }], now)}
        select (select count(*) from endpoint)::int as removed, (select count(*) from dead)::int as undelivered`);
      return counts && counts.removed > 0 ? { undelivered: counts.undelivered } : notFound();
    },
  };
}

function notFound(): never {
  throw new ServiceError(
    'webhookEndpoint.notFound',
    'This tenant has no webhook endpoint. Set one with PUT /v1/webhook-endpoint.',
  );
}
