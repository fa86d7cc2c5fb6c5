// npm run bench: the same verifications on each place for the stores, in one run, so that the ratios mean something.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../src/log.ts';
import { type Service, startService } from '../src/service.ts';
import { virtualTime } from '../src/simulator/time.ts';
import { findServers, startPostgres, startRedis } from '../test/support/servers.ts';
import type { FreshStores } from '../test/support/stores.ts';
import { clientOf, configFor } from '../test/support/world.ts';

/** How long one place may take, ms. */
const LIMIT_MS = 12_000;
/** Verifications under way at once. */
const AT_ONCE = 20;
const WARM_UP = 20;
const ROOMY = { count: 1_000_000 };

/** What one place did. */
interface Result {
  name: string;
  perSecond: number;
  cpuMs: number;
  /** Milliseconds that the phone network waited for webhooks, for one verification. */
  webhookMs: number;
}

async function main(): Promise<void> {
  const results = [await measure('embedded', EMBEDDED)];
  const { postgres, redis } = findServers();
  if (postgres) results.push(...(await onServers(redis !== null)));
  else console.log('PostgreSQL is not installed; only the embedded store is measured.');
  console.table(Object.fromEntries(results.map((result) => [result.name, rowOf(result, results[0])])));
  console.log('One process has the service and the simulated network; compare rows, not machines.');
}

const EMBEDDED: FreshStores = {
  database: { kind: 'embedded', dataDir: null },
  queue: { kind: 'database' },
  databaseUrl: null,
  redisUrl: null,
  drop: async () => undefined,
};

/** PostgreSQL with the queue in it, then a new one with Redis. */
async function onServers(withRedis: boolean): Promise<Result[]> {
  const results: Result[] = [];
  for (const queue of withRedis ? ['postgres', 'redis'] : ['postgres']) {
    const [postgres, redis] = await Promise.all([startPostgres(), queue === 'redis' ? startRedis() : null]);
    try {
      results.push(
        await measure(redis ? 'postgres+redis' : 'postgres', {
          ...EMBEDDED,
          database: { kind: 'postgres', url: postgres.url, poolSize: 10, withQueueTables: redis === null },
          queue: redis ? { kind: 'redis', url: redis.url, prefix: 'bench' } : { kind: 'database' },
        }),
      );
    } finally {
      await Promise.all([postgres.stop(), redis?.stop()]);
    }
  }
  return results;
}

async function measure(name: string, stores: FreshStores): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-bench-'));
  const time = virtualTime({ start: Date.now() });
  const service = await startService(configFor(stores, dataDir), {
    clock: { now: () => new Date(time.now()) },
    log: createLogger({ level: 'silent' }),
    simulatorTime: time,
  });
  try {
    const verify = await createClient(service);
    await runFor(verify, LIMIT_MS, WARM_UP);
    const cpu = process.cpuUsage();
    const webhooks = await webhookSeconds(service);
    const startedAt = performance.now();
    const done = await runFor(verify, LIMIT_MS, Number.POSITIVE_INFINITY);
    const { user, system } = process.cpuUsage(cpu);
    return {
      name,
      perSecond: (done * 1_000) / (performance.now() - startedAt),
      cpuMs: (user + system) / 1_000 / done,
      webhookMs: (((await webhookSeconds(service)) - webhooks) * 1_000) / done,
    };
  } finally {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What asks for a verification and resolves when it is finished. */
async function createClient({
  tenants,
  apiKeys,
  url,
  stores,
}: Service): Promise<(n: number) => Promise<void>> {
  const policy = { limits: { perUser: ROOMY, perNumber: ROOMY, perTenant: ROOMY } };
  await tenants.create({ id: 'bench', name: 'Bench', policy });
  const { key } = await apiKeys.create({ tenantId: 'bench', name: 'bench' });
  const api = clientOf(() => url ?? '', key);
  return async (n) => {
    const wish = { userId: `user-${n}`, number: `+4681${String(100_000 + (n % 900_000))}` };
    const { status, body } = await api('POST', '/v1/verifications', wish);
    if (status !== 201) throw new Error(`not accepted: ${JSON.stringify(body)}`);
    const { db } = stores.database;
    for (;;) {
      const row = await db
        .selectFrom('verification')
        .select('state')
        .where('id', '=', body.id)
        .executeTakeFirst();
      if (row?.state === 'finished') return;
      await pause(20);
    }
  };
}

let asked = 0;

/** Keeps some under way until the time is up or there were enough. Returns how many were finished. */
async function runFor(verify: (n: number) => Promise<void>, limitMs: number, most: number): Promise<number> {
  const until = performance.now() + limitMs;
  let begun = 0;
  let done = 0;
  const loop = async () => {
    while (performance.now() < until && begun < most) {
      begun += 1;
      asked += 1;
      await verify(asked);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return done;
}

async function webhookSeconds({ opsUrl }: Service): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const sums = [...text.matchAll(/^poundkey_webhook_duration_seconds_sum\S* (\S+)$/gm)];
  return sums.reduce((total, [, sum]) => total + Number(sum), 0);
}

function rowOf({ perSecond, cpuMs, webhookMs }: Result, first: Result | undefined) {
  return {
    'verifications/s': Number(perSecond.toFixed(1)),
    ratio: Number((perSecond / (first?.perSecond ?? perSecond)).toFixed(2)),
    'CPU ms each': Number(cpuMs.toFixed(1)),
    'webhooks ms each': Number(webhookMs.toFixed(1)),
  };
}

await main();
