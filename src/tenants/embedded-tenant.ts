import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../domain/scope.ts';
import type { Logger } from '../log.ts';
import type { ApiKeys } from './api-keys.ts';
import type { Tenants } from './tenants.ts';

/** The tenant that the embedded store is created with. */
const EMBEDDED_TENANT = 'default';

/**
 * The tenant of the sandbox: one of its own, so that trying things out changes nothing for the other. Nobody who tries
 * Poundkey should have to wait for a limit, and everything may be tried.
 */
const SANDBOX_TENANT = {
  id: 'sandbox',
  name: 'Contoso',
  policy: {
    version: 1,
    limits: {
      perUser: { count: 10_000 },
      perNumber: { count: 10_000 },
      perSwitchboard: { count: 10_000 },
      perTenant: { count: 100_000 },
    },
    textMessage: { codeHost: 'id.contoso.example', unentered: { perPrefix: null, perCountry: null } },
    smsSignIn: { allowed: true },
  },
};

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

/**
 * Ensures that there is a tenant for the sandbox, and makes a key for it, which its process keeps to itself; those of
 * earlier processes are revoked.
 * @returns the key, which may do everything
 */
export async function openSandboxTenant({
  tenants,
  apiKeys,
}: {
  tenants: Tenants;
  apiKeys: ApiKeys;
}): Promise<string> {
  const { id: tenantId } = SANDBOX_TENANT;
  await tenants.create(SANDBOX_TENANT);
  const before = await apiKeys.list(tenantId);
  for (const { id, revokedAt } of before) if (revokedAt === null) await apiKeys.revoke(id);
  return (await apiKeys.create({ tenantId, name: 'sandbox', scopes: SCOPES })).key;
}
