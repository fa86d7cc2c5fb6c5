/** Whole verifications, so many in flight, all contenders in turn, with what each cost. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, inTurn, withContender } from '../contenders/index.ts';
import { cpuMs, cpuOf } from '../cpu.ts';
import type { Reached } from '../identity.ts';
import { closedLoop, latenciesOf } from '../load.ts';
import type { SqlCounts, StatementCount } from '../postgres.ts';
import { monotonicMs, type Window } from '../profile.ts';
import { number } from '../table.ts';
import { progress } from './measure.ts';

/** After the last outcome, callbacks and receipts are still written, ms. */
const SETTLE_MS = 500;

/** What one contender did in one round; CPU in ms and counts for one verification. */
export interface Round {
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

/** Every contender in every round, by its name. */
export async function runRounds(
  bench: Bench,
  names: readonly string[],
  reached: Reached,
): Promise<Map<string, Round[]>> {
  const rounds = new Map<string, Round[]>(names.map((name) => [name, []]));
  for (let round = 0; round < bench.options.rounds; round += 1)
    for (const name of inTurn(names, round))
      rounds.get(name)?.push(await oneRound(bench, name, round, reached));
  return rounds;
}

async function oneRound(bench: Bench, name: string, round: number, reached: Reached): Promise<Round> {
  const profileDirectory = profileOf(bench, name, round);
  if (profileDirectory) mkdirSync(profileDirectory, { recursive: true });
  const use = (contender: Contender, database: string) => measured(bench, contender, database, reached);
  const done = await withContender(bench, CONTENDERS[name], use, { profileDirectory });
  const { node, postgres, redis } = done.cpu;
  progress(
    `round ${round + 1}, ${name}: ${number(done.perSecond, 1)} verifications/s, CPU ${number(node, 1)} + ${number(postgres, 1)} + ${number(redis, 1)} ms${done.lost ? `, ${done.lost} LOST` : ''}`,
  );
  return done;
}

/** Only the first round is profiled: a profile makes a process slower. */
export function profileOf({ options }: Bench, name: string, round: number): string | null {
  return options.profile === null || round > 0 ? null : resolve(join(options.profile, name));
}

async function measured(
  bench: Bench,
  contender: Contender,
  database: string,
  reached: Reached,
): Promise<Round> {
  const { options, postgres, redis } = bench;
  const inFlight = options.inFlight;
  await closedLoop(bench, contender, { count: options.warmUp, inFlight, reached });
  await pause(SETTLE_MS);
  await postgres.resetCounts();
  await redis.resetCounts();
  const before = cpuNow(bench, contender);
  const from = monotonicMs();
  const load = await closedLoop(bench, contender, { count: options.verifications, inFlight, reached });
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
