import { sql } from 'kysely';
import type { World } from './world.ts';

/** Replaces a tenant's policy in the registry, between two of its requests, unchecked; what it leaves out has its default. */
export async function setPolicy(
  { db }: Pick<World, 'db'>,
  policy: Record<string, unknown>,
  tenantId = 'contoso',
): Promise<void> {
  await sql`
    with changed as (
      update tenant set policy = ${JSON.stringify(policy)}::jsonb, policy_version = policy_version + 1
      where id = ${tenantId} returning id, policy_version, policy)
    insert into policy_version (tenant_id, version, document, created_at)
    select id, policy_version, policy, now() from changed`.execute(db);
}
