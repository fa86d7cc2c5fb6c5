/** Redis as in production, and what it counts. */
import { Redis } from 'ioredis';
import { startRedis } from '../../test/support/servers.ts';

/** The server. */
export type RedisServer = Awaited<ReturnType<typeof openRedis>>;

/** Starts a server with a new data directory, an append-only file, and a write to disk every second. */
export async function openRedis() {
  const server = await startRedis({ args: ['--appendfsync', 'everysec'] });
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  return {
    server,
    client,
    async empty(): Promise<void> {
      await client.flushall();
    },
    async resetCounts(): Promise<void> {
      await client.config('RESETSTAT');
    },
    /** Scripts that were run, and commands in all, those inside scripts included. */
    async counts(): Promise<{ scripts: number; commands: number }> {
      const calls = [...(await client.info('commandstats')).matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)];
      const sum = (isWanted: (name: string) => boolean) =>
        calls.reduce((total, [, name = '', count]) => total + (isWanted(name) ? Number(count) : 0), 0);
      return { scripts: sum((name) => /^(eval|fcall)/.test(name)), commands: sum(() => true) };
    },
    async usedBytes(): Promise<number> {
      return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
    },
    async stop(): Promise<void> {
      client.disconnect();
      await server.stop();
    },
  };
}
