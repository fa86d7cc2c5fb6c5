/** Poundkey as processes of its own, bundled as in the production image, on a phone network and a registry that outlive them. */
import { sql } from 'kysely';
import { vi } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/database/open-database.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { MIGRATIONS } from '../../src/registry/migrations.ts';
import type { Registry } from '../../src/registry/schema.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { virtualTime } from '../../src/simulator/time.ts';
import { createApiKeys } from '../../src/tenants/api-keys.ts';
import { createTenants } from '../../src/tenants/tenants.ts';
import { builtService } from './built-service.ts';
import { startOwnNetwork } from './own-network.ts';
import { freePort } from './processes.ts';
import { type RunningScript, startScript } from './run-script.ts';
import type { FreshStores } from './stores.ts';
import { clientOf } from './world.ts';

/** Starting a process and finding the work of a dead one take some seconds; a busy machine takes longer. */
export const PATIENTLY = { timeout: 60_000, interval: 100 };

/** Where processes are started and killed. */
export type Ground = Awaited<ReturnType<typeof prepareGround>>;

/** A phone network in virtual time that begins now, a registry with a tenant, and the settings that processes share. */
export async function prepareGround(
  stores: FreshStores,
  settings: Record<string, string> = {},
  policy: Record<string, unknown> = {},
) {
  const main = await builtService();
  const time = virtualTime({ start: Date.now() });
  const network = await startOwnNetwork(time);
  const database = await openRegistry(stores);
  const { db } = database;
  await createTenants({ db, clock: systemClock }).create({ id: 'contoso', name: 'Contoso AB', policy });
  const { key } = await createApiKeys({ db, clock: systemClock }).create({
    tenantId: 'contoso',
    name: 'story',
  });
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const api = clientOf(() => url, key);
  const environment = { ...sharedBy(stores), ...network.environment(), PUBLIC_URL: url, ...settings };
  const running = new Set<RunningScript>();
  let numbers = 1000;

  return {
    simulator: network.simulator,
    time,
    db,
    api,
    newNumber: () => `+4681236${numbers++}`,

    /** Starts a process and resolves when it is ready. A worker listens nowhere. */
    async start(role: 'all' | 'web' | 'worker'): Promise<RunningScript> {
      const script = startScript(main, [], {
        ...environment,
        ROLE: role,
        PORT: role === 'worker' ? '0' : port,
      });
      running.add(script);
      await vi.waitFor(() => {
        if (script.process.exitCode !== null) throw new Error(`it ended: ${script.output()}`);
        if (!script.output().includes('Poundkey is ready')) throw new Error('not ready');
      }, PATIENTLY);
      return script;
    },

    /** Ends a process as a power cut does. */
    async kill(script: RunningScript): Promise<void> {
      script.process.kill('SIGKILL');
      await script.exit;
    },

    async request(phone: ScenarioName | Script, number: string): Promise<string> {
      network.simulator.desk.script(number, phone);
      const answer = await api('POST', '/v1/verifications', { userId: `user-${number.slice(-4)}`, number });
      if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
      return answer.body.id;
    },

    async close(): Promise<void> {
      for (const script of running) {
        if (script.process.exitCode === null) script.process.kill('SIGKILL');
        await script.exit;
      }
      await network.stop();
      await database.close();
    },
  };
}

/** Cuts the database's connections to Poundkey's processes, with whatever they were at. */
export async function cutConnections(db: Database<Registry>['db']): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'poundkey' and datname = current_database()`.execute(db);
}

/** The registry as the test sees it, over connections that bear another name than those of the processes. */
function openRegistry({ database }: FreshStores): Promise<Database<Registry>> {
  if (database.kind !== 'postgres') throw new Error('processes share a PostgreSQL server');
  const url = `${database.url}?application_name=story`;
  return openDatabase<Registry>({ ...database, url }, MIGRATIONS, { warn: () => undefined });
}

function sharedBy({ databaseUrl, queue }: FreshStores): Record<string, string> {
  return {
    NODE_ENV: 'test',
    OPS_PORT: '0',
    DATABASE_URL: databaseUrl ?? '',
    ...(queue.kind === 'redis' ? { REDIS_URL: queue.url, REDIS_PREFIX: queue.prefix } : {}),
    HASH_KEYS: newKeyRingText(),
    SEAL_KEYS: newKeyRingText(),
    SIGNING_KEYS: newSigningRingText(),
    CALLS_PER_SECOND: '0',
    PHONE_NETWORK_TIMEOUT_S: '2',
    DIAL_GRACE_S: '3',
    WATCH_S: '1',
    SWEEP_INTERVAL_S: '1',
  };
}
