import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiKeys } from './api-keys.ts';
import type { Tenants } from './tenants.ts';

/** The tenant of an installation that nobody has set up. */
const EMBEDDED_TENANT = 'default';

/**
 * Sees to it that the embedded store has a tenant with an API key, so that there is something to try. The key is
 * kept in the data directory, readable by its owner only, since the registry has no more than its hash.
 * @returns the path of the key's file, and whether it was made just now
 */
export async function ensureEmbeddedTenant(deps: {
  dataDir: string;
  tenants: Tenants;
  apiKeys: ApiKeys;
}): Promise<{ path: string; created: boolean }> {
  const path = join(deps.dataDir, 'api-key');
  await deps.tenants.create({ id: EMBEDDED_TENANT, name: 'Poundkey' });
  if (existsSync(path)) return { path, created: false };
  const { key } = await deps.apiKeys.create({ tenantId: EMBEDDED_TENANT, name: 'embedded' });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { path, created: true };
}
