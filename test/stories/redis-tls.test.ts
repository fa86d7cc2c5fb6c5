// A Redis Cluster with TLS whose certificate has names only, as managed ones have.
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { freePort } from '../support/processes.ts';
import { startScript } from '../support/run-script.ts';
import { freshStores } from '../support/stores.ts';
import { startTlsCluster, type TlsRedis } from '../support/tls-redis.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const PATIENTLY = { timeout: 60_000, interval: 200 };
const BOTH = Boolean(inject('postgresUrl') && inject('redisUrl'));

/** Starts the service with its queue on the cluster. */
async function startOn({ port, certificateFile }: TlsRedis, settings: Record<string, string> = {}) {
  const stores = await freshStores('postgres+redis');
  onTestFinished(() => stores.drop());
  const opsPort = `${await freePort()}`;
  const service = startScript(MAIN, [], {
    ...{ NODE_ENV: 'test', PORT: '0', SIMULATOR_PORT: '0', OPS_PORT: opsPort },
    ...{
      HASH_KEYS: newKeyRingText(),
      SEAL_KEYS: newKeyRingText(),
      SIGNING_KEYS: newSigningRingText(),
      DATABASE_URL: stores.databaseUrl ?? '',
    },
    ...{ REDIS_CLUSTER: `localhost:${port}`, REDIS_TLS: 'true', NODE_EXTRA_CA_CERTS: certificateFile },
    ...settings,
  });
  onTestFinished(async () => {
    service.process.kill('SIGKILL');
    await service.exit;
  });
  await vi.waitFor(() => expect(service.output()).toContain('Poundkey is ready'), PATIENTLY);
  return {
    service,
    async queue() {
      const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`);
      return ((await response.json()) as { checks: Record<string, unknown> }).checks.queue;
    },
  };
}

async function startCluster(certificateName: string, endpoints: 'ip' | 'hostname'): Promise<TlsRedis> {
  const cluster = await startTlsCluster({ certificateName, endpoints });
  onTestFinished(() => cluster.stop());
  return cluster;
}

describe.runIf(BOTH)('a Redis Cluster with TLS', () => {
  test.each(['ip', 'hostname'] as const)(
    'is used although its certificate has only a name, where nodes tell their %s',
    async (endpoints) => {
      const { queue, service } = await startOn(await startCluster('localhost', endpoints));
      await vi.waitFor(async () => expect(await queue()).toMatchObject({ status: 'ok' }), PATIENTLY);
      expect(service.output()).not.toContain('certificate');
    },
    120_000,
  );

  test('that shows a certificate for another name is not used, and the log says so', async () => {
    const { queue, service } = await startOn(await startCluster('elsewhere.example', 'hostname'));
    await vi.waitFor(() => expect(service.output()).toContain('ERR_TLS_CERT_ALTNAME_INVALID'), PATIENTLY);
    expect(service.output()).toMatch(/"subject":"redis","at":"cluster localhost:\d+"/);
    expect(service.output()).toContain('elsewhere.example');
    expect(service.output()).toContain('certificate is for other names: name the server in the settings');
    expect(service.output().split('redis: cannot be reached')).toHaveLength(2);
    const refused = { status: 'failed', reason: expect.stringContaining('certificate') };
    await vi.waitFor(async () => expect(await queue()).toMatchObject(refused), PATIENTLY);
    expect(service.process.exitCode).toBeNull();
  }, 120_000);

  test('whose authority is unknown is not used, and the log says what to set', async () => {
    const unknown = { NODE_EXTRA_CA_CERTS: '' };
    const { service } = await startOn(await startCluster('localhost', 'hostname'), unknown);
    await vi.waitFor(() => expect(service.output()).toMatch(/"reason":"[^"]*NODE_EXTRA_CA_CERTS/), PATIENTLY);
  }, 120_000);
});
