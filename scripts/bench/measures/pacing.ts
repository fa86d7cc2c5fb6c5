/** How well the pace of a caller line is kept by several worker processes. */
import type { Bench } from '../bench.ts';
import { withContender } from '../contenders/index.ts';
import { poundkey } from '../contenders/poundkey.ts';
import { closedLoop } from '../load.ts';
import { mostInWindow } from '../statistics.ts';
import { number } from '../table.ts';
import { type Measure, progress } from './measure.ts';

const WORKERS = [1, 2, 4];
const CALLS_PER_SECOND = 10;

/** `pacing`. */
export const pacing: Measure = {
  name: 'pacing',
  about: 'calls that start in any second with 1, 2 and 4 workers against the pace of the line (about 1 min)',
  async run(bench) {
    const rows: string[][] = [];
    for (const workers of WORKERS) rows.push(await withWorkers(bench, workers));
    const columns = [
      'workers',
      'calls',
      'allowed in a second',
      'most in any second',
      'on average in a second',
      'longest gap ms',
      'refused or lost',
    ];
    return { tables: [{ id: 'pacing', title: 'Pace of a caller line', columns, rows }] };
  },
};

async function withWorkers(bench: Bench, workers: number): Promise<string[]> {
  const count = CALLS_PER_SECOND * bench.options.seconds;
  const kind = poundkey('paced', ['web', ...Array<'worker'>(workers).fill('worker')]);
  return await withContender(
    bench,
    kind,
    async (contender) => {
      const load = await closedLoop(bench, contender, { count, inFlight: count });
      const starts = [...bench.traces.placedAt].sort((a, b) => a - b);
      const most = mostInWindow(starts, 1000);
      progress(`${workers} workers: at most ${most} calls in a second`);
      return [
        `${workers}`,
        `${starts.length}`,
        `${CALLS_PER_SECOND}`,
        `${most}`,
        number(((starts.length - 1) * 1000) / ((starts.at(-1) ?? 0) - (starts[0] ?? 0)), 2),
        number(Math.max(...starts.slice(1).map((at, index) => at - (starts[index] ?? at)))),
        `${load.refused + load.lost}`,
      ];
    },
    { environment: { CALLS_PER_SECOND: `${CALLS_PER_SECOND}` } },
  );
}
