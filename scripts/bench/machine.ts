/** What a result depends on besides the code. */
import { availableParallelism, cpus } from 'node:os';
import type { Bench } from './bench.ts';

/** Processor, and versions of everything that took part. */
export async function describeMachine({ postgres, redis }: Bench): Promise<string> {
  const { rows } = await postgres.admin.query('show server_version');
  const version = /^redis_version:(\S+)/m.exec(await redis.client.info('server'))?.[1];
  const processor = cpus()[0]?.model.trim() || 'unknown processor';
  return [
    `${availableParallelism()} × ${processor}`,
    `Node.js ${process.versions.node}`,
    `PostgreSQL ${rows[0].server_version.split(' ')[0]}`,
    `Redis ${version}`,
  ].join(', ');
}
