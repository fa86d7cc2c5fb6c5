/** What grows when many verifications have ended: nothing but storage should. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { createHttpClient } from '../http-client.ts';
import { closedLoop } from '../load.ts';
import { seedFinished } from '../seed.ts';
import { median } from '../statistics.ts';
import { number, type Table } from '../table.ts';
import { type Measure, progress, WARM_UP } from './measure.ts';

const FINISHED = [0, 300_000];
const SCRAPES = 5;
/** Longer than answers of /metrics are remembered, ms. */
const BETWEEN_SCRAPES_MS = 1_500;
const IDLE_S = 10;
const send = createHttpClient();

/** `history`. */
export const history: Measure = {
  name: 'history',
  about: '/metrics, sweep, outbox and throughput with 300,000 finished verifications (about 3 min)',
  async run(bench) {
    const rows: string[][] = [];
    for (const count of FINISHED) {
      const use = (contender: Contender, database: string) => oneRow(bench, contender, database, count);
      rows.push(
        await withContender(bench, CONTENDERS.poundkey, use, {
          prepare: (databaseUrl) => (count > 0 ? seedFinished(databaseUrl, count) : Promise.resolve()),
          // So that the time of a sweep is seen in what the database does every second.
          environment: { SWEEP_INTERVAL_S: '1' },
        }),
      );
      progress(`${count} finished: ${rows.at(-1)?.slice(1).join(', ')}`);
    }
    return { tables: [tableOf(rows)] };
  },
};

async function oneRow(
  bench: Bench,
  contender: Contender,
  database: string,
  count: number,
): Promise<string[]> {
  const { verifications, inFlight } = bench.options;
  await closedLoop(bench, contender, WARM_UP);
  const scrapes = await scrapeTimes(contender);
  await bench.postgres.resetCounts();
  await pause(IDLE_S * 1000);
  const { executionMs } = await bench.postgres.counts(database);
  const statements = await bench.postgres.statements(database);
  const slowest = (pattern: RegExp) =>
    number(Math.max(...statements.filter(({ query }) => pattern.test(query)).map(({ meanMs }) => meanMs)), 2);
  const load = await closedLoop(bench, contender, { count: verifications, inFlight });
  return [
    count.toLocaleString('en'),
    number(median(scrapes), 1),
    number(Math.max(...scrapes), 1),
    number(executionMs / IDLE_S, 2),
    slowest(/\boutbox\b/),
    slowest(/\bverification\b(?!.*\boutbox\b)/s),
    number(load.traces.length / load.seconds, 1),
  ];
}

async function scrapeTimes({ opsUrl }: Contender): Promise<number[]> {
  const times: number[] = [];
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    await pause(BETWEEN_SCRAPES_MS);
    const startedAt = performance.now();
    const { status } = await send(`${opsUrl}/metrics`);
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    times.push(performance.now() - startedAt);
  }
  return times;
}

function tableOf(rows: string[][]): Table {
  const columns = [
    'finished verifications',
    '/metrics ms, median',
    'most',
    'database ms a second at rest, a sweep each second',
    'slowest statement on the outbox ms',
    'slowest statement of the sweep ms',
    'verifications/s',
  ];
  return { id: 'history', title: 'With a long history', columns, rows };
}
