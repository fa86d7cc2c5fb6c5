/** How many app passwords are checked in a second, as nginx has them checked: over HTTP Basic, each on a connection of its own. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../test/support/processes.ts';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { createAppServer } from '../contenders/poundkey.ts';
import { cpuMs, cpuOf } from '../cpu.ts';
import { createHttpClient } from '../http-client.ts';
import { atEvenDistances } from '../load.ts';
import { monotonicMs, profileTables, type Window } from '../profile.ts';
import { quantile } from '../statistics.ts';
import { spread, type Table } from '../table.ts';
import { collect, fewerRounds, type Measure, progress } from './measure.ts';

const PER_SECOND = 200;
const IN_FLIGHT = 16;
const USERS = 200;
const WARM_UP = 500;
const SETTLE_MS = 2_500;
const send = createHttpClient();

/** What is typed at the n-th try, from which address, and the status that is the answer. */
type Kind = (n: number, made: readonly Credentials[]) => Credentials & { address: string; status: number };
interface Credentials {
  userName: string;
  password: string;
}
interface Result {
  perSecond: number;
  /** For one check. */
  nodeMs: number;
  postgresMs: number;
  /** At the steady stream, ms. */
  p50: number;
  p99: number;
  /** The time of as many as can be, for a profile. */
  window: Window;
}

/** Many people behind as many addresses. */
const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

const KINDS: Readonly<Record<string, Kind>> = {
  right: (n, made) => ({ ...pick(made, n), address: addressOf(n % USERS), status: 204 }),
  'wrong, a device with an old one': (n, made) => ({
    ...{ ...pick(made, n), password: 'old old old old' },
    ...{ address: addressOf(n % USERS), status: 401 },
  }),
  'wrong, another each time': (n) => ({
    ...{ userName: `guessed-${n}`, password: `guess ${n}` },
    ...{ address: addressOf(n), status: 401 },
  }),
};

/** `app-passwords`. */
export const appPasswords: Measure = {
  name: 'app-passwords',
  about: 'app passwords checked a second over HTTP Basic, right and wrong ones (2 rounds: about 2 min)',
  async run(bench) {
    const results = new Map<string, Result[]>();
    const profileDirectory = profileOf(bench);
    for (const round of fewerRounds(bench)) {
      const port = await freePort();
      await withContender(bench, CONTENDERS.poundkey, (each) => oneRound(bench, each, port, results), {
        environment: { OLDER_APPS_PORT: `${port}` },
        // Only the first round is profiled: a profile makes a process slower.
        profileDirectory: round === 0 ? profileDirectory : null,
      });
    }
    const rows = [...results].map(([kind, all]) => [
      kind,
      spread(all.map(({ perSecond }) => perSecond)),
      ...(['nodeMs', 'postgresMs', 'p50', 'p99'] as const).map((name) =>
        spread(
          all.map((each) => each[name]),
          2,
        ),
      ),
    ]);
    const steady = `at ${PER_SECOND}/s`;
    const columns = [
      ...['', 'checks/s', 'Node CPU ms each', 'PostgreSQL CPU ms each'],
      ...[`p50 ms ${steady}`, `p99 ms ${steady}`],
    ];
    const title = 'Checks of app passwords';
    const tables = [{ id: 'app-passwords', title, columns, rows }, ...profiles(profileDirectory, results)];
    return { tables, raw: Object.fromEntries(results) };
  },
};

function profileOf({ options }: Bench): string | null {
  if (options.profile === null) return null;
  const directory = resolve(join(options.profile, 'app-passwords'));
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Where the CPU of the first round went. */
function profiles(directory: string | null, results: Map<string, Result[]>): Table[] {
  if (directory === null) return [];
  return [...results].flatMap(([kind, [first]]) =>
    first ? profileTables(kind, directory, first.window) : [],
  );
}

async function oneRound(bench: Bench, contender: Contender, port: number, results: Map<string, Result[]>) {
  const secret = await createAppServer(bench, contender.databaseUrl);
  const made = await makeAppPasswords(contender);
  let tries = 0;
  for (const [name, kind] of Object.entries(KINDS)) {
    const check = () => {
      tries += 1;
      return checked(`http://127.0.0.1:${port}/basic`, secret, kind(tries, made));
    };
    const result = await measured(bench, contender, check);
    collect(results, name, result);
    progress(`${name}: ${result.perSecond.toFixed(0)} checks/s, p99 ${result.p99.toFixed(1)} ms`);
  }
}

/** As many as can be with some in flight; then so many a second, whether or not earlier ones have ended. */
async function measured(bench: Bench, { pids }: Contender, check: () => Promise<number>): Promise<Result> {
  const { seconds } = bench.options;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, () => repeat(check, (done) => done * IN_FLIGHT < WARM_UP)),
  );
  await pause(SETTLE_MS);
  const cpu = () => [cpuOf(pids), cpuMs(bench.postgres.server.pid)] as const;
  const [node, postgres] = cpu();
  const from = monotonicMs();
  const startedAt = performance.now();
  const inTime = () => performance.now() - startedAt < seconds * 1000;
  const counts = await Promise.all(Array.from({ length: IN_FLIGHT }, () => repeat(check, inTime)));
  const took = (performance.now() - startedAt) / 1000;
  const [nodeAfter, postgresAfter] = cpu();
  const window = { from, to: monotonicMs() };
  const count = counts.reduce((sum, each) => sum + each, 0);
  await pause(SETTLE_MS);
  const times = await Promise.all(await atEvenDistances(PER_SECOND, seconds, check));
  return {
    perSecond: count / took,
    nodeMs: (nodeAfter - node) / count,
    postgresMs: (postgresAfter - postgres) / count,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    window,
  };
}

async function repeat(check: () => Promise<number>, goesOn: (done: number) => boolean): Promise<number> {
  let done = 0;
  while (goesOn(done)) {
    await check();
    done += 1;
  }
  return done;
}

/** Checks one as nginx does. @returns how long it took, ms; infinite where it was not answered as it must be */
async function checked(url: string, secret: string, tried: ReturnType<Kind>): Promise<number> {
  const credentials = Buffer.from(`${tried.userName}:${tried.password}`).toString('base64');
  const headers = {
    ...{ 'X-Poundkey-Secret': secret, 'X-Real-IP': tried.address },
    ...{ Authorization: `Basic ${credentials}`, Connection: 'close' },
  };
  const startedAt = performance.now();
  const { status } = await send(url, { headers }).catch(() => ({ status: 0 }));
  return status === tried.status ? performance.now() - startedAt : Number.POSITIVE_INFINITY;
}

function pick(made: readonly Credentials[], n: number): Credentials {
  const found = made[n % made.length];
  if (!found) throw new Error('no app passwords were made');
  return found;
}

async function makeAppPasswords({ url, apiKey }: Contender): Promise<Credentials[]> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  const made: Credentials[] = [];
  for (let user = 0; user < USERS; user += 1) {
    const path = `${url}/v1/users/mail-${user}/app-passwords`;
    const { status, body } = await send(path, { method: 'POST', headers }, '{"name":"bench"}');
    if (status !== 201) throw new Error(`an app password was not made: ${status} ${body}`);
    made.push({ userName: `mail-${user}`, password: JSON.parse(body).appPassword });
  }
  return made;
}
