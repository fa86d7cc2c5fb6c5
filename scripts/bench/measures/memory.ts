/** Memory of the process, and what a waiting and a finished verification take in the stores. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { memoryOf } from '../cpu.ts';
import { closedLoop } from '../load.ts';
import { seedWaiting, tableBytes } from '../seed.ts';
import { number } from '../table.ts';
import { type Measure, progress } from './measure.ts';

const WAITING = 10_000;
const WARM_UP = 100;

/** `memory`. */
export const memory: Measure = {
  name: 'memory',
  about: 'resident memory, and bytes per waiting and per finished verification (about 1 min)',
  async run(bench) {
    const rows: string[][] = [];
    for (const name of bench.options.contenders) {
      rows.push(await withContender(bench, CONTENDERS[name], (contender) => oneRow(bench, contender)));
      progress(`${name}: ${rows.at(-1)?.slice(1).join(', ')}`);
    }
    const columns = [
      '',
      'RSS at start MB',
      'after the load',
      'peak',
      'PostgreSQL bytes per finished verification',
      'Redis bytes per finished verification',
      'PostgreSQL bytes per waiting verification',
      'Redis bytes per waiting verification',
    ];
    return { tables: [{ id: 'memory', title: 'Memory and storage', columns, rows }] };
  },
};

async function oneRow(bench: Bench, contender: Contender): Promise<string[]> {
  const { verifications: count, inFlight } = bench.options;
  await pause(1000);
  const atStart = rssOf(contender);
  // The first rows take whole pages of every table and index.
  await closedLoop(bench, contender, { count: WARM_UP, inFlight });
  const before = await storageOf(bench, contender);
  await closedLoop(bench, contender, { count, inFlight });
  await pause(1000);
  const after = await storageOf(bench, contender);
  const [afterLoad, peak] = [rssOf(contender), peakOf(contender)];
  const waiting = contender.opsUrl === null ? null : await waitingBytes(bench, contender);
  return [
    contender.name,
    number(atStart),
    number(afterLoad),
    number(peak),
    number((after.postgres - before.postgres) / count),
    number((after.redis - before.redis) / count),
    number((waiting?.postgres ?? Number.NaN) / WAITING),
    number((waiting?.redis ?? Number.NaN) / WAITING),
  ];
}

async function waitingBytes(bench: Bench, contender: Contender) {
  const before = await storageOf(bench, contender);
  await seedWaiting(bench, contender.databaseUrl, WAITING);
  const after = await storageOf(bench, contender);
  return { postgres: after.postgres - before.postgres, redis: after.redis - before.redis };
}

async function storageOf({ redis }: Bench, { databaseUrl }: Contender) {
  return { postgres: await tableBytes(databaseUrl), redis: await redis.usedBytes() };
}

const rssOf = ({ pids }: Contender) => pids.reduce((sum, pid) => sum + memoryOf(pid).rss, 0);
const peakOf = ({ pids }: Contender) => pids.reduce((sum, pid) => sum + memoryOf(pid).peak, 0);
