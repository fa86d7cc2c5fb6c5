/** From `#` to the finished row and to the outcome webhook, at steady streams of requests. */
import type { Bench } from '../bench.ts';
import { CONTENDERS, inTurn, withContender } from '../contenders/index.ts';
import { closedLoop, type LoadResult, latenciesOf, openLoop } from '../load.ts';
import { number, spread } from '../table.ts';
import { collect, fewerRounds, type Measure, progress, WARM_UP } from './measure.ts';

const PER_SECOND = [15, 50];
/** Verifications by which a capacity is found, so many in flight. */
const FULL_LOAD = { count: 3_000, inFlight: 50 };

type Results = Map<string, { latencies: ReturnType<typeof latenciesOf>; lost: number }[]>;

/** `latency`. */
export const latency: Measure = {
  name: 'latency',
  about:
    '# → finished and # → outcome webhook at 15 and 50 a second, and at half of what naive and Poundkey can do (2 rounds: about 6 min)',
  async run(bench) {
    const results: Results = new Map();
    const rates = [...PER_SECOND, await halfOf(bench, 'naive'), await halfOf(bench, 'poundkey')];
    for (const round of fewerRounds(bench))
      for (const name of inTurn(bench.options.contenders, round)) await oneRound(bench, name, rates, results);
    const columns = ['', '# → finished ms p50', 'p99', '# → outcome webhook ms p50', 'p99', 'lost'];
    const title = 'Latencies at a steady stream of requests';
    return {
      tables: [{ id: 'latency', title, columns, rows: rowsOf(results) }],
      raw: Object.fromEntries(results),
    };
  },
};

/** Half of the verifications a second that a contender can do at this hour, in tens. */
async function halfOf(bench: Bench, name: 'naive' | 'poundkey'): Promise<number> {
  return withContender(bench, CONTENDERS[name], async (contender) => {
    await closedLoop(bench, contender, WARM_UP);
    const { traces, seconds } = await closedLoop(bench, contender, FULL_LOAD);
    progress(`${name} can do ${number(traces.length / seconds, 0)} a second`);
    return Math.round(traces.length / seconds / 2 / 10) * 10;
  });
}

async function oneRound(bench: Bench, name: string, rates: number[], results: Results): Promise<void> {
  await withContender(bench, CONTENDERS[name], async (contender) => {
    await closedLoop(bench, contender, WARM_UP);
    for (const perSecond of new Set(rates)) {
      const load = await openLoop(bench, contender, { perSecond, seconds: bench.options.seconds });
      const summary = summaryOf(load);
      collect(results, `${name}, ${perSecond}/s`, summary);
      progress(`${name} at ${perSecond}/s: # → finished ${number(summary.latencies.finished.p50, 1)} ms`);
    }
  });
}

function summaryOf(load: LoadResult) {
  return { latencies: latenciesOf(load), lost: load.lost + load.refused };
}

function rowsOf(results: Results): string[][] {
  return [...results]
    .sort(([a], [b]) => Number(/(\d+)\/s/.exec(a)?.[1]) - Number(/(\d+)\/s/.exec(b)?.[1]))
    .map(([key, rounds]) => [
      key,
      ...(['finished', 'outcome'] as const).flatMap((kind) => [
        spread(
          rounds.map(({ latencies }) => latencies[kind].p50),
          1,
        ),
        spread(
          rounds.map(({ latencies }) => latencies[kind].p99),
          1,
        ),
      ]),
      number(rounds.reduce((sum, { lost }) => sum + lost, 0)),
    ]);
}
