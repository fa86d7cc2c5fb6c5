/** Groups of real Redis servers on loopback: a cluster of six, and a master with two replicas that three sentinels watch. */
import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import type { HostAndPort, RedisPlace } from '../../src/platform/queue/redis-place.ts';
import { findProgram, freePorts, type TestServer } from './processes.ts';
import { startRedis, startSentinel } from './servers.ts';

const PASSWORD = 'password-of-the-story';
const ACCESS = { username: null, password: PASSWORD, tls: false };
const MASTER_NAME = 'main';
/** A busy machine takes its time to start six servers. */
const PATIENTLY = { timeout: 60_000, interval: 100 };

/** A group of servers that bears the loss of one. */
export interface RedisGroup {
  place: RedisPlace;
  /** The server that has the queues with this prefix. */
  masterOf(prefix: string): Promise<TestServer>;
  stop(): Promise<void>;
}

/** Starts three masters with a replica each. Resolves when every replica has its master's data. */
export async function startRedisCluster(): Promise<RedisGroup> {
  const ports = await freePorts(12);
  const servers = await Promise.all(
    ports.slice(0, 6).map((port, index) =>
      startRedis({
        port,
        password: PASSWORD,
        args: [
          // By itself a node takes its port and 10,000 more, which may be taken or too high.
          ...['--cluster-enabled', 'yes', '--cluster-port', `${ports[index + 6]}`],
          ...['--cluster-node-timeout', '2000', '--cluster-replica-validity-factor', '0'],
          ...['--repl-diskless-sync-delay', '0'],
        ],
      }),
    ),
  );
  const addresses = servers.map(addressOf);
  const command = findProgram(['redis-cli', 'valkey-cli']) ?? 'redis-cli';
  execFileSync(
    command,
    [
      ...['-a', PASSWORD, '--no-auth-warning', '--cluster', 'create'],
      ...addresses.map(({ host, port }) => `${host}:${port}`),
      ...['--cluster-replicas', '1', '--cluster-yes'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // Nobody takes over from a master that is killed before its replica has followed it.
  await vi.waitFor(async () => {
    const states = await askAll(servers, (redis) => redis.cluster('INFO'));
    expect(states.filter((state) => String(state).includes('cluster_state:ok'))).toHaveLength(6);
    await expectReplicas(servers, 3);
  }, PATIENTLY);
  return {
    place: { nodes: addresses, access: ACCESS },
    async masterOf(prefix) {
      return askAny(servers, async (redis) => {
        const slot = await redis.cluster('KEYSLOT', `{${prefix}}`);
        const ranges = await redis.cluster('SLOTS');
        const [, , master] = ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
        return serverAt(servers, master?.[1] ?? 0);
      });
    },
    stop: () => stopAll(servers),
  };
}

/** Starts a master, two replicas and three sentinels. Resolves when all know each other. */
export async function startWatchedRedis(): Promise<RedisGroup> {
  const first = await startRedis({ password: PASSWORD });
  const { host, port } = addressOf(first);
  const copying = ['--replicaof', host, `${port}`, '--repl-diskless-sync-delay', '0'];
  const replicas = await Promise.all([1, 2].map(() => startRedis({ password: PASSWORD, args: copying })));
  const servers = [first, ...replicas];
  const sentinels = await Promise.all(
    [1, 2, 3].map(() =>
      startSentinel([
        `sentinel monitor ${MASTER_NAME} ${host} ${port} 2`,
        `sentinel auth-pass ${MASTER_NAME} ${PASSWORD}`,
        `sentinel down-after-milliseconds ${MASTER_NAME} 1500`,
        `sentinel failover-timeout ${MASTER_NAME} 5000`,
      ]),
    ),
  );
  await vi.waitFor(async () => {
    await expectReplicas(servers, 2);
    const views = await askAll(sentinels, (redis) => redis.call('SENTINEL', 'MASTER', MASTER_NAME));
    for (const view of views as string[][]) {
      expect(view[view.indexOf('num-slaves') + 1]).toBe('2');
      expect(view[view.indexOf('num-other-sentinels') + 1]).toBe('2');
    }
  }, PATIENTLY);
  return {
    place: {
      sentinels: sentinels.map(addressOf),
      masterName: MASTER_NAME,
      access: ACCESS,
      sentinelPassword: null,
    },
    async masterOf() {
      const [, master] = (await askAny(sentinels, (redis) =>
        redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME),
      )) as [string, string];
      return serverAt(servers, Number(master));
    },
    stop: () => stopAll([...sentinels, ...servers]),
  };
}

/** Asks one server one thing. */
export async function ask<T>(server: TestServer, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** Asks whichever server answers first. */
function askAny<T>(servers: TestServer[], question: (redis: Redis) => Promise<T>): Promise<T> {
  return Promise.any(servers.map((server) => ask(server, question)));
}

function askAll<T>(servers: TestServer[], question: (redis: Redis) => Promise<T>): Promise<T[]> {
  return Promise.all(servers.map((server) => ask(server, question)));
}

async function expectReplicas(servers: TestServer[], count: number): Promise<void> {
  const reports = await askAll(servers, (redis) => redis.info('replication'));
  expect(reports.filter((report) => report.includes('master_link_status:up'))).toHaveLength(count);
}

function addressOf({ url }: TestServer): HostAndPort {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function serverAt(servers: TestServer[], port: number): TestServer {
  const found = servers.find((server) => addressOf(server).port === port);
  if (!found) throw new Error(`No server listens on ${port}.`);
  return found;
}

async function stopAll(servers: TestServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
