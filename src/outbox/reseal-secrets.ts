import type { Kysely } from 'kysely';
import sql, { raw } from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import { secretContext } from '../domain/secret-context.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import { resealAll } from '../platform/secrets/reseal.ts';
import type { Registry } from '../registry/schema.ts';

const COLUMNS = { sealedSecret: 'sealed_secret', previousSealedSecret: 'previous_sealed_secret' } as const;

/**
 * Seals secrets of endpoints anew that are sealed under a replaced key, so that the key can go from the ring. Each is
 * a guarded update: a secret that changed meanwhile is left alone. Audit events name the keys, of the secret before and now.
 * @returns how many were sealed anew
 * @throws Error when the ring has lost a key that is still needed
 */
export async function resealSecrets(
  { db, clock }: { db: Kysely<Registry>; clock: Clock },
  sealKeys: KeyRing,
): Promise<number> {
  const run = runIn(db);
  let resealed = 0;
  for (const column of ['sealedSecret', 'previousSealedSecret'] as const) {
    const rows = await db
      .selectFrom('webhookEndpoint')
      .select(['tenantId', `${column} as sealed`])
      .where(column, 'is not', null)
      .execute();
    const texts = rows.flatMap(({ tenantId, sealed }) =>
      sealed === null ? [] : [{ tenantId, sealed, context: secretContext(tenantId) }],
    );
    resealed += await resealAll(sealKeys, texts, async ({ tenantId, sealed }, anew) => {
      const [before, now] = [sealed.split('.')[1] ?? null, sealKeys.currentId];
      const done = await run(sql`
        with resealed as (
          update webhook_endpoint set ${raw(COLUMNS[column])} = ${anew}
          where tenant_id = ${tenantId} and ${raw(COLUMNS[column])} = ${sealed} returning tenant_id),
        ${auditEvents(
          [
            {
              ...{ type: 'webhookEndpoint.secretResealed', from: sql`resealed`, userId: null },
              data: sql`jsonb_build_object('keyBefore', ${before}::text, 'key', ${now}::text,
                'isPrevious', ${column === 'previousSealedSecret'}::boolean)`,
            },
          ],
          clock.now(),
        )}
        select tenant_id from resealed`);
      return done.length;
    });
  }
  return resealed;
}
