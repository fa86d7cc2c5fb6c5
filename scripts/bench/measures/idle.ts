/** What processes do when nobody asks for anything. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { cpuMs, cpuOf } from '../cpu.ts';
import { closedLoop } from '../load.ts';
import { number } from '../table.ts';
import { type Measure, progress } from './measure.ts';

const IDLE_S = 30;
const SETTLE_MS = 3_000;

/** `idle`. */
export const idle: Measure = {
  name: 'idle',
  about: 'CPU, statements and queue commands a minute when nothing happens (about 2 min)',
  async run(bench) {
    const rows: string[][] = [];
    for (const name of bench.options.contenders) {
      const use = (contender: Contender, database: string) => oneRow(bench, contender, database);
      rows.push(await withContender(bench, CONTENDERS[name], use));
      progress(`${name}: ${rows.at(-1)?.slice(1).join(', ')}`);
    }
    const columns = [
      'in one minute',
      'Node CPU ms',
      'PostgreSQL CPU ms',
      'Redis CPU ms',
      'statements (writing)',
      'queue scripts',
      'Redis commands',
    ];
    return { tables: [{ id: 'idle', title: 'Nothing to do', columns, rows }] };
  },
};

async function oneRow(bench: Bench, contender: Contender, database: string): Promise<string[]> {
  const { postgres, redis } = bench;
  await closedLoop(bench, contender, { count: 20, inFlight: 5 });
  await pause(SETTLE_MS);
  await postgres.resetCounts();
  await redis.resetCounts();
  const cpu = () => [cpuOf(contender.pids), cpuMs(postgres.server.pid), cpuMs(redis.server.pid)];
  const before = cpu();
  await pause(IDLE_S * 1000);
  const perMinute = (value: number) => number((value * 60) / IDLE_S);
  const used = cpu().map((value, index) => perMinute(value - (before[index] ?? 0)));
  const sql = await postgres.counts(database);
  const { scripts, commands } = await redis.counts();
  const statements = `${perMinute(sql.statements)} (${perMinute(sql.writes)})`;
  return [contender.name, ...used, statements, perMinute(scripts), perMinute(commands)];
}
