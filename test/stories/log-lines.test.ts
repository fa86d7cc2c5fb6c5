// Whatever a process prints, each line of it is a line of the log.
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { startScript } from '../support/run-script.ts';
import { startRedis } from '../support/servers.ts';
import { freshStores } from '../support/stores.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const PATIENTLY = { timeout: 60_000, interval: 200 };

describe.runIf(inject('postgresUrl') && inject('redisUrl'))('a process of Poundkey', () => {
  async function start(databaseOptions: string) {
    const stores = await freshStores('postgres+redis');
    onTestFinished(() => stores.drop());
    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    onTestFinished(() => redis.stop());
    const script = startScript(MAIN, [], {
      ...{ NODE_ENV: 'test', PORT: '0', SIMULATOR_PORT: '0', OPS_PORT: '0', REDIS_URL: redis.url },
      ...{ HASH_KEYS: newKeyRingText(), SEAL_KEYS: newKeyRingText(), SIGNING_KEYS: newSigningRingText() },
      DATABASE_URL: `${stores.databaseUrl}${databaseOptions}`,
    });
    onTestFinished(() => void script.process.kill('SIGKILL'));
    return script;
  }

  test("logs BullMQ's notice about a Redis that may drop jobs", async () => {
    const script = await start('');
    await vi.waitFor(() => expect(script.output()).toMatch(/"source":"library".*Eviction policy/), PATIENTLY);
    await vi.waitFor(() => expect(script.output()).toContain('Poundkey is ready'), PATIENTLY);
    const lines = script.output().trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('{"level":'))).toEqual([]);
  }, 120_000);

  test("logs the database driver's warning about TLS", async () => {
    const { output } = await (await start('?sslmode=require')).exit;
    const lines = output.trim().split('\n');
    expect(lines.find((line) => line.includes('SECURITY WARNING'))).toMatch(
      /^\{"level":"warn",.*"source":"node".*sslmode=verify-full/,
    );
    expect(lines.filter((line) => !line.startsWith('{"level":'))).toEqual([
      expect.stringMatching(/^Poundkey cannot start .*does not support SSL connections/),
    ]);
  }, 120_000);
});
