/** Verifications from the request to the outcome webhook, so many in flight, all contenders in turn. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, inTurn, withContender } from '../contenders/index.ts';
import { cpuMs, cpuOf } from '../cpu.ts';
import { closedLoop, latenciesOf } from '../load.ts';
import type { SqlCounts, StatementCount } from '../postgres.ts';
import { monotonicMs, profileTables, type Window } from '../profile.ts';
import { number, spread, type Table } from '../table.ts';
import { type Measure, progress } from './measure.ts';

/** After the last outcome, callbacks and receipts are still written, ms. */
const SETTLE_MS = 500;
const WARM_UP = 500;
const SHOWN_OF_STATEMENT = 150;

/** What one contender did in one round; CPU in ms and counts for one verification. */
interface Round {
  perSecond: number;
  lost: number;
  cpu: { node: number; postgres: number; redis: number; provider: number };
  sql: SqlCounts;
  /** Only where a profile is written. */
  statements: StatementCount[];
  verifications: number;
  scripts: number;
  latencies: ReturnType<typeof latenciesOf>;
  window: Window;
}

/** `end-to-end`. */
export const endToEnd: Measure = {
  name: 'end-to-end',
  about: 'throughput, CPU, statements and latencies of whole verifications (4 rounds: about 4 min)',
  async run(bench) {
    const names = bench.options.contenders;
    const rounds = new Map<string, Round[]>(names.map((name) => [name, []]));
    for (let round = 0; round < bench.options.rounds; round += 1)
      for (const name of inTurn(names, round)) rounds.get(name)?.push(await oneRound(bench, name, round));
    return { tables: [...tablesOf(rounds), ...profiles(bench, rounds)], raw: Object.fromEntries(rounds) };
  },
};

async function oneRound(bench: Bench, name: string, round: number): Promise<Round> {
  const profileDirectory = profileOf(bench, name, round);
  if (profileDirectory) mkdirSync(profileDirectory, { recursive: true });
  const use = (contender: Contender, database: string) => measured(bench, contender, database);
  const done = await withContender(bench, CONTENDERS[name], use, { profileDirectory });
  const { node, postgres, redis } = done.cpu;
  progress(
    `round ${round + 1}, ${name}: ${number(done.perSecond, 1)} verifications/s, CPU ${number(node, 1)} + ${number(postgres, 1)} + ${number(redis, 1)} ms${done.lost ? `, ${done.lost} LOST` : ''}`,
  );
  return done;
}

/** Only the first round is profiled: a profile makes a process slower. */
function profileOf({ options }: Bench, name: string, round: number): string | null {
  return options.profile === null || round > 0 ? null : resolve(join(options.profile, name));
}

async function measured(bench: Bench, contender: Contender, database: string): Promise<Round> {
  const { options, postgres, redis } = bench;
  const inFlight = options.inFlight;
  await closedLoop(bench, contender, { count: WARM_UP, inFlight });
  await pause(SETTLE_MS);
  await postgres.resetCounts();
  await redis.resetCounts();
  const before = cpuNow(bench, contender);
  const from = monotonicMs();
  const load = await closedLoop(bench, contender, { count: options.verifications, inFlight });
  await pause(SETTLE_MS);
  const after = cpuNow(bench, contender);
  const each = (value: number) => value / load.traces.length;
  const sql = await postgres.counts(database);
  return {
    perSecond: load.traces.length / load.seconds,
    lost: load.lost + load.refused,
    cpu: mapped(after, (value, kind) => each(value - before[kind])),
    sql: mapped(sql, each),
    statements: options.profile === null ? [] : await postgres.statements(database),
    verifications: load.traces.length,
    scripts: each((await redis.counts()).scripts),
    latencies: latenciesOf(load),
    window: { from, to: monotonicMs() - SETTLE_MS },
  };
}

function cpuNow({ postgres, redis, provider }: Bench, { pids }: Contender) {
  return {
    node: cpuOf(pids),
    postgres: cpuMs(postgres.server.pid),
    redis: cpuMs(redis.server.pid),
    provider: cpuMs(provider.pid),
  };
}

function mapped<T extends { [K in keyof T]: number }>(
  values: T,
  change: (value: number, key: keyof T) => number,
): T {
  const entries = Object.entries(values) as [keyof T, number][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value, key)])) as T;
}

function tablesOf(rounds: Map<string, Round[]>): Table[] {
  return [rateTable(rounds), workTable(rounds), latencyTable(rounds)];
}

function rateTable(rounds: Map<string, Round[]>): Table {
  const ratios = (own: Round[], floor: string, value: (round: Round) => number, decimals = 2) =>
    spread(
      (rounds.get(floor) ?? []).map((round, index) => {
        const mine = own[index];
        return mine ? value(mine) / value(round) : Number.NaN;
      }),
      decimals,
    );
  const rate = (round: Round) => round.perSecond;
  const rows = [...rounds].map(([name, own]) => [
    name,
    spread(own.map(rate), 1),
    ratios(own, 'naive', rate),
    ratios(own, 'lean', rate),
    ratios(own, 'naive', ({ cpu }) => cpu.node),
    ratios(own, 'naive', ({ cpu }) => cpu.postgres),
    number(own.reduce((sum, { lost }) => sum + lost, 0)),
  ]);
  const columns = [
    '',
    'verifications/s',
    'to naive',
    'to lean',
    'Node CPU to naive',
    'PostgreSQL CPU to naive',
    'lost',
  ];
  return { id: 'rate', title: 'Verifications from request to outcome webhook', columns, rows };
}

function workTable(rounds: Map<string, Round[]>): Table {
  const rows = [...rounds].map(([name, own]) => [
    name,
    spread(
      own.map(({ cpu }) => cpu.node),
      1,
    ),
    spread(
      own.map(({ cpu }) => cpu.postgres),
      1,
    ),
    spread(
      own.map(({ cpu }) => cpu.redis),
      2,
    ),
    `${spread(
      own.map(({ sql }) => sql.statements),
      1,
    )} (${spread(
      own.map(({ sql }) => sql.writes),
      1,
    )})`,
    spread(
      own.map(({ sql }) => sql.transactions),
      1,
    ),
    spread(
      own.map(({ sql }) => sql.walBytes / 1024),
      1,
    ),
    spread(
      own.map(({ sql }) => sql.executionMs),
      1,
    ),
    spread(
      own.map(({ scripts }) => scripts),
      1,
    ),
  ]);
  const columns = [
    'for one verification',
    'Node CPU ms',
    'PostgreSQL CPU ms',
    'Redis CPU ms',
    'statements (writing)',
    'writing transactions',
    'WAL kB',
    'execution and lock waits ms',
    'queue scripts',
  ];
  return { id: 'work', title: 'What one verification costs', columns, rows };
}

function latencyTable(rounds: Map<string, Round[]>): Table {
  const rows = [...rounds].map(([name, own]) => [
    name,
    ...(['request', 'finished', 'outcome'] as const).flatMap((kind) => [
      spread(own.map(({ latencies }) => latencies[kind].p50)),
      spread(own.map(({ latencies }) => latencies[kind].p99)),
    ]),
  ]);
  const pair = (what: string) => [`${what} p50`, 'p99'];
  const columns = ['ms', ...pair('request'), ...pair('# → finished'), ...pair('# → outcome webhook')];
  return { id: 'latency-in-flight', title: 'Latencies at full load', columns, rows };
}

function profiles(bench: Bench, rounds: Map<string, Round[]>): Table[] {
  return [...rounds].flatMap(([name, [first]]) => {
    const directory = profileOf(bench, name, 0);
    return directory && first
      ? [...profileTables(name, directory, first.window), statementTable(name, first)]
      : [];
  });
}

/** What PostgreSQL executed, with what functions and triggers ran inside. */
function statementTable(name: string, { statements, verifications }: Round): Table {
  const rows = statements
    .filter(({ calls }) => calls >= verifications / 20)
    .map(({ query, calls, meanMs, walBytes, isTopLevel }) => [
      number(calls / verifications, 2),
      number((calls * meanMs) / verifications, 2),
      number(walBytes / verifications),
      `${isTopLevel ? '' : '  inside: '}${query.replace(/\s+/g, ' ').slice(0, SHOWN_OF_STATEMENT)}`,
    ]);
  const columns = ['calls each', 'ms each', 'WAL bytes each', 'statement'];
  const title = `Statements of ${name}, executing and waiting for locks included`;
  return { id: 'profile-statements', title, columns, rows, isPrintedOnly: true };
}
