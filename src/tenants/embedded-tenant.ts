import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../domain/scope.ts';
import type { Logger } from '../log.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Tenants } from './tenants.ts';

/** The tenant that the embedded store is created with. */
const EMBEDDED_TENANT = 'default';

/**
 * Ensures that the embedded store has a tenant with an API key, so that Poundkey can be tried at once, and logs where the
 * key is. The key may do everything. It is kept in the data directory, readable by its owner only, since the registry has its hash only.
 */
export async function ensureEmbeddedTenant(deps: {
  dataDir: string;
  tenants: Tenants;
  apiKeys: ApiKeys;
  log: Logger;
}): Promise<void> {
  const path = join(deps.dataDir, 'api-key');
  await deps.tenants.create({ id: EMBEDDED_TENANT, name: 'Poundkey' });
  if (existsSync(path)) return deps.log.info({ path }, 'the API key is in this file');
  const { key } = await deps.apiKeys.create({ tenantId: EMBEDDED_TENANT, name: 'embedded', scopes: SCOPES });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  deps.log.info({ path }, 'created a tenant and its API key, kept in this file (mode 0600)');
}
