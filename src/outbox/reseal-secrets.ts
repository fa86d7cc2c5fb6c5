import type { Kysely } from 'kysely';
import { type KeyRing, seal, unseal } from '../platform/secrets/key-ring.ts';
import type { Registry } from '../registry/schema.ts';
import { secretContext } from './webhook-secret.ts';

/**
 * Seals secrets of endpoints anew that are sealed under a replaced key, so that the key can go from the ring. Each is
 * a guarded update: a secret that changed meanwhile is left alone.
 * @returns how many were sealed anew
 * @throws Error when the ring has lost a key that is still needed
 */
export async function resealSecrets(db: Kysely<Registry>, sealKeys: KeyRing): Promise<number> {
  let resealed = 0;
  for (const column of ['sealedSecret', 'previousSealedSecret'] as const) {
    const rows = await db
      .selectFrom('webhookEndpoint')
      .select(['tenantId', `${column} as sealed`])
      .where(column, 'is not', null)
      .execute();
    for (const { tenantId, sealed } of rows) {
      if (sealed === null || sealed.split('.')[1] === sealKeys.currentId) continue;
      const context = secretContext(tenantId);
      const anew = seal(sealKeys, unseal(sealKeys, sealed, context), context);
      await db
        .updateTable('webhookEndpoint')
        .set({ [column]: anew })
        .where('tenantId', '=', tenantId)
        .where(column, '=', sealed)
        .execute();
      resealed += 1;
    }
  }
  return resealed;
}
