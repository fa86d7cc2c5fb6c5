/** How fast many due messages are delivered, against a plain loop that delivers to the same receiver. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { runProgram } from '../processes.ts';
import { seedMessages } from '../seed.ts';
import { number, spread } from '../table.ts';
import { fewerRounds, type Measure, progress } from './measure.ts';

const MESSAGES = 10_000;
/** They are due some time after they were written, so that none is delivered before all are there. */
const DUE_IN_S = 4;
const WITHIN_MS = 180_000;

/** `outbox`. */
export const outbox: Measure = {
  name: 'outbox',
  about: '10,000 due messages delivered, against a plain loop (2 rounds: about 2 min)',
  async run(bench) {
    const rounds: { poundkey: number; loop: number }[] = [];
    for (const round of fewerRounds(bench)) {
      const loopFirst = round % 2 === 0 ? await byLoop(bench) : null;
      const poundkey = await byPoundkey(bench);
      const loop = loopFirst ?? (await byLoop(bench));
      rounds.push({ poundkey, loop });
      progress(`round ${round + 1}: ${number(poundkey)} messages/s, plain loop ${number(loop)}`);
    }
    const row = [
      MESSAGES.toLocaleString('en'),
      spread(rounds.map(({ poundkey }) => poundkey)),
      spread(rounds.map(({ loop }) => loop)),
      spread(
        rounds.map(({ poundkey, loop }) => poundkey / loop),
        2,
      ),
    ];
    const columns = ['messages due', 'poundkey messages/s', 'plain loop messages/s', 'ratio'];
    return { tables: [{ id: 'outbox', title: 'Delivery of a backlog', columns, rows: [row] }], raw: rounds };
  },
};

async function byPoundkey(bench: Bench): Promise<number> {
  return await withContender(bench, CONTENDERS.poundkey, async ({ databaseUrl }) => {
    await seedMessages(databaseUrl, MESSAGES, DUE_IN_S);
    const deadline = performance.now() + WITHIN_MS;
    while (bench.traces.outcomesAt.length < MESSAGES && performance.now() < deadline) await pause(50);
    return perSecond(bench.traces.outcomesAt);
  });
}

async function byLoop(bench: Bench): Promise<number> {
  const database = await bench.postgres.createDatabase(await CONTENDERS.poundkey?.template(bench));
  const databaseUrl = bench.postgres.urlOf(database);
  await seedMessages(databaseUrl, MESSAGES, 0);
  bench.traces.forget();
  await runProgram({
    file: new URL('../programs/post-loop.ts', import.meta.url),
    args: [databaseUrl, bench.receiverUrl, bench.webhookSecret],
    logFile: bench.logFile('post-loop'),
  });
  const rate = perSecond(bench.traces.outcomesAt);
  await bench.postgres.dropDatabase(database);
  return rate;
}

/** From the first to the last that arrived. */
function perSecond(arrivals: readonly number[]): number {
  return ((arrivals.length - 1) * 1000) / (Math.max(...arrivals) - Math.min(...arrivals));
}
