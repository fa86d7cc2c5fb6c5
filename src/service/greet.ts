import type { Config } from '../config.ts';
import { ensureEmbeddedTenant } from '../tenants/embedded-tenant.ts';
import type { ServiceParts } from './parts.ts';

/** Says that the service is ready, and where the embedded store keeps the key that it made. */
export async function greet(config: Config, { log, tenants, apiKeys, url }: ServiceParts): Promise<void> {
  if (config.database.kind === 'embedded') {
    const { dataDir } = config.database;
    const { path, created } = await ensureEmbeddedTenant({ dataDir, tenants, apiKeys });
    log.info(
      { path },
      created
        ? 'made a tenant and its API key, kept in this file (mode 0600)'
        : 'the API key is in this file',
    );
  }
  const { role, database, queue, providers } = config;
  log.info(
    { role, url, registry: database.kind, queue: queue.kind, providers: providers.map(({ kind }) => kind) },
    'Poundkey is ready',
  );
}
