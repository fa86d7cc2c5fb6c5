import type { World } from './world.ts';

/** Replaces a tenant's policy document in the registry, between two of its requests; what it leaves out has its default. */
export async function setPolicy(
  { db }: Pick<World, 'db'>,
  policy: Record<string, unknown>,
  tenantId = 'contoso',
): Promise<void> {
  await db
    .updateTable('tenant')
    .set({ policy: JSON.stringify(policy) })
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow();
}
