/** Verifications while many others wait: for later, or due all at once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { CONTENDERS, inTurn, withContender } from '../contenders/index.ts';
import { addFinishedAt, closedLoop, latenciesOf, openLoop } from '../load.ts';
import { seedDue, seedWaiting } from '../seed.ts';
import { number, spread, type Table } from '../table.ts';
import { collect, fewerRounds, type Measure, progress, WARM_UP } from './measure.ts';

const WAITING = [0, 1_000, 10_000, 100_000];
const DUE = [1_000, 10_000];
const PER_SECOND = 15;
/** How long keys are pressed in a backlog that is due, and how long their ends are waited for, ms. */
const KEYS_MS = 10_000;
const ENDS_MS = 20_000;

type Latencies = ReturnType<typeof latenciesOf>;
type Waiting = Map<string, { latencies: Latencies; perSecond: number }[]>;
type Due = Map<string, { latencies: Latencies; started: number; open: number }[]>;

/** `backlog`. */
export const backlog: Measure = {
  name: 'backlog',
  about:
    'latencies and throughput with 1,000 to 100,000 waiting, and with 10,000 due at once (2 rounds: about 6 min)',
  async run(bench) {
    const waiting: Waiting = new Map(WAITING.map((count) => [count.toLocaleString('en'), []]));
    const due: Due = new Map(DUE.map((count) => [count.toLocaleString('en'), []]));
    for (const round of fewerRounds(bench)) {
      for (const count of inTurn(WAITING, round)) await besideWaiting(bench, count, waiting);
      for (const count of inTurn(DUE, round)) await amongDue(bench, count, due);
    }
    return {
      tables: [waitingTable(waiting), dueTable(due)],
      raw: { waiting: Object.fromEntries(waiting), due: Object.fromEntries(due) },
    };
  },
};

async function besideWaiting(bench: Bench, count: number, results: Waiting): Promise<void> {
  const { seconds, verifications, inFlight } = bench.options;
  const prepare = (databaseUrl: string) => seedWaiting(bench, databaseUrl, count);
  await withContender(
    bench,
    CONTENDERS.poundkey,
    async (contender) => {
      await closedLoop(bench, contender, WARM_UP);
      const latencies = latenciesOf(await openLoop(bench, contender, { perSecond: PER_SECOND, seconds }));
      const load = await closedLoop(bench, contender, { count: verifications, inFlight });
      const perSecond = load.traces.length / load.seconds;
      collect(results, count.toLocaleString('en'), { latencies, perSecond });
      progress(
        `${count} waiting: # → finished ${number(latencies.finished.p50, 1)} ms, ${number(perSecond, 1)} verifications/s`,
      );
    },
    { prepare },
  );
}

/** Here the calls that are measured are those of the backlog itself. */
async function amongDue(bench: Bench, count: number, results: Due): Promise<void> {
  const prepare = async (databaseUrl: string) => {
    const numbers = Array.from({ length: count }, () => bench.traces.begin().n);
    await seedDue(bench, databaseUrl, numbers);
  };
  await withContender(
    bench,
    CONTENDERS.poundkey,
    async (contender) => {
      await pause(KEYS_MS);
      const pressed = bench.traces.all().filter(({ keyAt }) => keyAt !== undefined);
      const started = bench.traces.placedAt.length;
      const deadline = performance.now() + ENDS_MS;
      const isOpen = () => pressed.some(({ outcomeAt }) => outcomeAt === undefined);
      while (isOpen() && performance.now() < deadline) await pause(50);
      await addFinishedAt(contender, pressed);
      const open = pressed.filter(({ finishedAt }) => finishedAt === undefined).length;
      const latencies = latenciesOf({ traces: pressed });
      collect(results, count.toLocaleString('en'), { latencies, started: (started * 1000) / KEYS_MS, open });
      progress(
        `${count} due: # → finished ${number(latencies.finished.p50, 1)} ms, ${open} of ${pressed.length} open`,
      );
    },
    { prepare },
  );
}

function waitingTable(results: Waiting): Table {
  const none = results.get('0') ?? [];
  const thousand = results.get('1,000') ?? [];
  const paired = <T>(own: T[], other: T[], value: (each: T) => number) =>
    own.map((each, index) => value(each) / (other[index] ? value(other[index]) : Number.NaN));
  const rows = [...results].map(([count, own]) => [
    count,
    spread(
      own.map(({ latencies }) => latencies.finished.p50),
      1,
    ),
    spread(
      own.map(({ latencies }) => latencies.finished.p99),
      1,
    ),
    spread(
      paired(own, none, ({ latencies }) => latencies.finished.p50),
      2,
    ),
    spread(
      paired(own, none, ({ latencies }) => latencies.finished.p99),
      2,
    ),
    spread(
      own.map(({ perSecond }) => perSecond),
      1,
    ),
    spread(
      paired(own, thousand, ({ perSecond }) => perSecond),
      2,
    ),
  ]);
  const columns = [
    'waiting for later',
    '# → finished ms p50',
    'p99',
    'p50 to none waiting',
    'p99 to none waiting',
    'verifications/s',
    'to 1,000 waiting',
  ];
  const title = `With others waiting for a later call, ${PER_SECOND} requests a second, then full load`;
  return { id: 'backlog', title, columns, rows };
}

function dueTable(results: Due): Table {
  const rows = [...results].map(([count, own]) => [
    count,
    spread(
      own.map(({ started }) => started),
      1,
    ),
    ...(['finished', 'outcome'] as const).flatMap((kind) => [
      spread(
        own.map(({ latencies }) => latencies[kind].p50),
        1,
      ),
      spread(
        own.map(({ latencies }) => latencies[kind].p99),
        1,
      ),
    ]),
    spread(own.map(({ open }) => open)),
  ]);
  const columns = [
    'due at once',
    'calls started a second',
    '# → finished ms p50',
    'p99',
    '# → outcome webhook ms p50',
    'p99',
    `not finished ${ENDS_MS / 1000} s later`,
  ];
  const title = `A backlog that is due, the first ${KEYS_MS / 1000} s, no pace`;
  return { id: 'backlog-due', title, columns, rows };
}
