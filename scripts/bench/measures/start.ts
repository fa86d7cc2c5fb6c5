/** From starting the process until it is ready, against programs that load and open the same and do nothing else. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../test/support/processes.ts';
import type { Bench } from '../bench.ts';
import { CONTENDERS } from '../contenders/index.ts';
import { becomesReady, environmentOf } from '../contenders/poundkey.ts';
import { memoryOf } from '../cpu.ts';
import { runProgram, startProgram } from '../processes.ts';
import { number, spread } from '../table.ts';
import { collect, fewerRounds, type Measure, progress } from './measure.ts';

const POLL_MS = 5;
/** How a start went. */
interface Started {
  ms: number;
  peakMb: number;
}

/** A program to start: its file, arguments and environment, given the port that says when it is ready. */
type Recipe = (opsPort: number) => {
  file: URL;
  args?: string[];
  environment?: Record<string, string>;
  whenReady?: () => Promise<void>;
};
type Results = Map<string, Started[]>;

/** `start`. */
export const start: Measure = {
  name: 'start',
  about:
    'start to ready on PostgreSQL and on the embedded store, time and peak memory (2 rounds: about 1 min)',
  async run(bench) {
    const results: Results = new Map();
    // As `npm start` does before the first start.
    await runProgram({ file: PREPARE_STORE, args: [], logFile: bench.logFile('prepare-store') });
    for (const _ of fewerRounds(bench)) {
      await onPostgres(bench, results);
      await onEmbedded(bench, results);
    }
    const rows = [...results].map(([name, own]) => {
      const bare = results.get(bareOf(name)) ?? [];
      const ratio = (value: (each: Started) => number) =>
        spread(
          own.map((each, index) => value(each) / (bare[index] ? value(bare[index]) : Number.NaN)),
          2,
        );
      return [
        name,
        spread(own.map(({ ms }) => ms)),
        ratio(({ ms }) => ms),
        spread(own.map(({ peakMb }) => peakMb)),
        ratio(({ peakMb }) => peakMb),
      ];
    });
    const columns = ['', 'ready after ms', 'to bare', 'peak memory MB', 'to bare'];
    return { tables: [{ id: 'start', title: 'Start to ready', columns, rows }] };
  },
};

/** What a start is compared with: a fresh store of ours is a copy of one, and so ought to open like one that is there. */
function bareOf(name: string): string {
  return name.includes('embedded') ? 'bare, embedded, existing' : name.replace('poundkey', 'bare');
}

const program = (name: string) => new URL(`../programs/${name}.ts`, import.meta.url);
const PREPARE_STORE = new URL('../../prepare-store.ts', import.meta.url);

/** On a registry that is there and up to date. The bare program opens as many connections as Poundkey has then. */
async function onPostgres(bench: Bench, results: Results): Promise<void> {
  const template = await CONTENDERS.poundkey?.template(bench);
  const database = await bench.postgres.createDatabase(template);
  const databaseUrl = bench.postgres.urlOf(database);
  let connections = 1;
  await measured(bench, results, 'poundkey, PostgreSQL and Redis', (opsPort) => ({
    file: bench.serviceFile,
    environment: {
      ...environmentOf(bench, { databaseUrl, profileDirectory: null }),
      PORT: '0',
      OPS_PORT: `${opsPort}`,
    },
    async whenReady() {
      connections = await connectionsTo(bench, database);
    },
  }));
  await measured(bench, results, 'bare, PostgreSQL and Redis', (opsPort) => ({
    file: program('bare-start'),
    args: [`${opsPort}`, databaseUrl, `${connections}`, bench.redis.server.url],
  }));
  await bench.postgres.dropDatabase(database);
}

async function onEmbedded(bench: Bench, results: Results): Promise<void> {
  const ours = mkdtempSync(join(bench.directory, 'embedded-'));
  const theirs = mkdtempSync(join(bench.directory, 'bare-'));
  const environment = { NODE_ENV: 'development', DATA_DIR: ours, PORT: '0', SIMULATOR_PORT: '0' };
  for (const state of ['fresh', 'existing']) {
    await measured(bench, results, `poundkey, embedded, ${state}`, (opsPort) => ({
      file: bench.serviceFile,
      environment: { ...environment, OPS_PORT: `${opsPort}` },
    }));
    await measured(bench, results, `bare, embedded, ${state}`, (opsPort) => ({
      file: program('bare-embedded'),
      args: [`${opsPort}`, join(theirs, 'store')],
    }));
  }
}

async function measured(bench: Bench, results: Results, name: string, recipe: Recipe): Promise<void> {
  const [opsPort = 0] = await freePorts(1);
  const { whenReady, ...what } = recipe(opsPort);
  const startedAt = performance.now();
  const started = startProgram({ ...what, logFile: bench.logFile('start') });
  try {
    await becomesReady(name, started, `http://127.0.0.1:${opsPort}`, POLL_MS);
    const ms = performance.now() - startedAt;
    collect(results, name, { ms, peakMb: memoryOf(started.pid).peak });
    progress(`${name}: ${number(ms)} ms`);
    await whenReady?.();
  } finally {
    await started.stop();
  }
}

async function connectionsTo({ postgres }: Bench, database: string): Promise<number> {
  const { rows } = await postgres.admin.query(
    'select count(*)::int as count from pg_stat_activity where datname = $1',
    [database],
  );
  return Math.max(1, rows[0].count);
}
