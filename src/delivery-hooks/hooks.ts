import { randomBytes, randomUUIDv7 } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import { type KeyRing, seal, unseal } from '../platform/secrets/key-ring.ts';
import { resealAll } from '../platform/secrets/reseal.ts';
import type { HookKind } from './front-end.ts';

/** A hook of an identity product, through which it hands codes over. */
export interface DeliveryHook {
  /** UUID. It stands in the address. */
  id: string;
  tenantId: string;
  kind: HookKind;
  name: string;
  /** Whether a call asks for `#` before it speaks the code, and how often it speaks it. */
  asksFirst: boolean;
  times: number;
  createdAt: Date;
}

/** What a new one is made of. */
export interface NewDeliveryHook extends Omit<DeliveryHook, 'id' | 'createdAt'> {
  /** Left out: one is made. */
  secret?: string | undefined;
}

/** The path of all hooks, behind that of the public address. */
export const HOOKS_PATH = '/hooks';

/** Hooks of tenants. */
export type DeliveryHooks = ReturnType<typeof createDeliveryHooks>;

const COLUMNS = sql`id, tenant_id, kind, name, asks_first, times, created_at`;
const MOST = 100;
const contextOf = (id: string) => `delivery-hook:${id}`;

const event = (type: AuditEvent['type']): AuditEvent => ({
  ...{ type, from: sql`changed`, userId: null },
  data: sql`jsonb_build_object('deliveryHookId', id, 'kind', kind, 'name', name)`,
});

/** 32 random bytes, in the form that Standard Webhooks has; Okta takes any text. */
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** Hooks in the registry. A change and its audit event are one statement. */
export function createDeliveryHooks(deps: { run: RunStatement; clock: Clock; sealKeys: () => KeyRing }) {
  const { run, clock } = deps;
  const first = async <Row>(statement: Sql) => (await run<Row>(statement))[0] ?? null;
  return {
    /** The secret is returned this once. */
    async create(wanted: NewDeliveryHook): Promise<{ hook: DeliveryHook; secret: string }> {
      const { tenantId, kind, name, asksFirst, times, secret = newSecret() } = wanted;
      const id = randomUUIDv7();
      const now = clock.now();
      const hook = await first<DeliveryHook>(sql`
        with changed as (
          insert into delivery_hook (id, tenant_id, kind, name, sealed_secret, asks_first, times, created_at)
          values (${id}::uuid, ${tenantId}, ${kind}, ${name}, ${seal(deps.sealKeys(), secret, contextOf(id))},
            ${asksFirst}, ${times}::int, ${now})
          returning *),
        ${auditEvents([event('deliveryHook.created')], now)}
        select ${COLUMNS} from changed`);
      if (hook === null) throw new Error('the statement that creates a hook returns it');
      return { hook, secret };
    },

    /** A tenant's hooks, the oldest first; at most 100. */
    list: (tenantId: string): Promise<DeliveryHook[]> =>
      run<DeliveryHook>(sql`select ${COLUMNS} from delivery_hook where tenant_id = ${tenantId}
        order by created_at, id limit ${MOST}::int`),

    /** Messages that were taken are still delivered. @throws ServiceError `deliveryHook.notFound` */
    async remove(tenantId: string, id: string): Promise<void> {
      const removed = await run(sql`
        with changed as (
          delete from delivery_hook where tenant_id = ${tenantId} and id = ${id}::uuid returning *),
        ${auditEvents([event('deliveryHook.removed')], clock.now())}
        select id from changed`);
      if (removed.length > 0) return;
      const said = 'This tenant has no hook of this id. GET /v1/delivery-hooks lists all.';
      throw new ServiceError('deliveryHook.notFound', said);
    },

    /** The hook at an address, with its secret; null: there is none. */
    async called(kind: HookKind, id: string): Promise<{ hook: DeliveryHook; secret: string } | null> {
      const row = await first<DeliveryHook & { sealedSecret: string }>(
        sql`select ${COLUMNS}, sealed_secret from delivery_hook where id = ${id}::uuid and kind = ${kind}`,
      );
      if (row === null) return null;
      const { sealedSecret, ...hook } = row;
      return { hook, secret: unseal(deps.sealKeys(), sealedSecret, contextOf(id)) };
    },
  };
}

/** Seals secrets anew that are sealed under a replaced key. @returns how many */
export async function resealHookSecrets(run: RunStatement, sealKeys: KeyRing): Promise<number> {
  const rows = await run<{ id: string; sealed: string }>(
    sql`select id, sealed_secret as sealed from delivery_hook`,
  );
  const texts = rows.map(({ id, sealed }) => ({ id, sealed, context: contextOf(id) }));
  return resealAll(sealKeys, texts, async ({ id, sealed }, anew) => {
    const done = await run(sql`update delivery_hook set sealed_secret = ${anew}
      where id = ${id}::uuid and sealed_secret = ${sealed} returning id`);
    return done.length;
  });
}
