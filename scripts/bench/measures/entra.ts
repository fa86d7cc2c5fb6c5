/**
 * What Microsoft Entra waits for: until a message is taken over, and from its request for a sign-in to the call. Messages come
 * evenly, and so many at the same moment; what they are made of is encrypted and signed before.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  AUDIENCES,
  contextFor,
  DIRECTORY,
  encrypted,
  envelope,
  openDirectory,
} from '../../../test/support/entra-caller.ts';
import { openFakeEntra } from '../../poundkey/entra-eam/fake-entra.ts';
import type { Bench } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { createHttpClient } from '../http-client.ts';
import { identityOf } from '../identity.ts';
import { atEvenDistances } from '../load.ts';
import { quantile } from '../statistics.ts';
import { spread } from '../table.ts';
import type { Trace } from '../traces.ts';
import { wallClockMs } from '../wall-clock.ts';
import { collect, fewerRounds, type Measure, progress } from './measure.ts';

const PER_SECOND = 20;
const WARM_UP = 100;
/** For the calls of those that were asked for last, ms. */
const SETTLE_MS = 3_000;
const send = createHttpClient();

/** Times from its request, ms; infinite where it was refused, or nobody was called. */
interface Times {
  answered: number[];
  called: number[];
}
type Results = Map<string, Times[]>;

/** Something that is ready to be asked for. @returns whether it was taken */
interface Ready {
  trace: Trace;
  ask(): Promise<boolean>;
}

/** `entra`. */
export const entra: Measure = {
  name: 'entra',
  about: `messages and sign-ins of Microsoft Entra, ${PER_SECOND} a second (2 rounds: about 2 min)`,
  async run(bench) {
    const results: Results = new Map();
    for (const _ of fewerRounds(bench)) {
      await measureMessages(bench, results);
      await measureSignIns(bench, results);
    }
    const columns = ['', 'answered ms p50', 'p99', 'phone called ms p50', 'p99'];
    const title = `Requests from Microsoft Entra, ${PER_SECOND} a second`;
    return {
      tables: [{ id: 'entra', title, columns, rows: rowsOf(results) }],
      raw: Object.fromEntries(results),
    };
  },
};

async function measureMessages(bench: Bench, results: Results): Promise<void> {
  const directory = await openDirectory(() => new Date());
  const environment = { ENTRA_METADATA_GLOBAL: directory.url };
  const measure = async (contender: Contender) => {
    const wanted = { name: 'Contoso', directoryId: DIRECTORY, audiences: AUDIENCES };
    const made = await create(contender, '/v1/entra-phone-providers', wanted);
    const [key] = made.keys as { certificate: string; keyId: string }[];
    if (key === undefined) throw new Error('the connection has no certificate');
    const authorization = `Bearer ${await directory.bearer()}`;
    const headers = { 'Content-Type': 'application/json', Authorization: authorization };
    const newMessage = async (): Promise<Ready> => {
      const trace = bench.traces.begin();
      const body = JSON.stringify(envelope(await encrypted(contextFor(identityOf(trace.n).number), key)));
      const ask = () => send(`${contender.url}${made.path}`, { method: 'POST', headers }, body).then(is(200));
      return { trace, ask };
    };
    await evenly(await readyOnes(WARM_UP, newMessage), WARM_UP / PER_SECOND);
    const { seconds } = bench.options;
    const even = await readyOnes(PER_SECOND * seconds, newMessage);
    collect(results, 'messages, evenly', timesOf(even, await evenly(even, seconds)));
    const together = await readyOnes(PER_SECOND * seconds, newMessage);
    collect(
      results,
      `messages, ${PER_SECOND} at once each second`,
      timesOf(together, await atOnce(together)),
    );
  };
  try {
    await withContender(bench, CONTENDERS.poundkey, measure, { environment });
  } finally {
    await directory.close();
  }
}

async function measureSignIns(bench: Bench, results: Results): Promise<void> {
  const fake = await openFakeEntra();
  const environment = { ENTRA_METADATA_GLOBAL: fake.url };
  const measure = async (contender: Contender) => {
    const applicationId = randomUUID();
    const wanted = { displayName: 'Desk phone', applicationId, directoryIds: [fake.directoryId] };
    const made = await create(contender, '/v1/entra-methods', wanted);
    const [clientId, address] = [String(made.clientId), String(made.authorizationUrl)];
    const newSignIn = async (): Promise<Ready> => {
      const trace = bench.traces.begin();
      const objectId = randomUUID();
      const user = encodeURIComponent(`${objectId}@${fake.directoryId}`);
      const phone = { phoneType: 'office', number: identityOf(trace.n).number };
      await create(contender, `/v1/users/${user}/phone-methods`, phone);
      const fields = fake.requestFor({ clientId, applicationId }, objectId);
      return { trace, ask: () => openPage(address, fields) };
    };
    await evenly(await readyOnes(WARM_UP, newSignIn), WARM_UP / PER_SECOND);
    const { seconds } = bench.options;
    const all = await readyOnes(PER_SECOND * seconds, newSignIn);
    collect(results, 'sign-ins, evenly', timesOf(all, await evenly(all, seconds)));
  };
  try {
    await withContender(bench, CONTENDERS.poundkey, measure, { environment });
  } finally {
    await fake.close();
  }
}

/** As a browser does: it brings the form, and opens the page that it is led to. */
async function openPage(address: string, fields: Record<string, string>): Promise<boolean> {
  const body = new URLSearchParams(fields);
  const accepted = await fetch(address, { method: 'POST', body, redirect: 'manual' });
  const [cookie = ''] = (accepted.headers.getSetCookie()[0] ?? '').split(';');
  const at = accepted.headers.get('location');
  if (accepted.status !== 303 || at === null) return false;
  const page = await fetch(new URL(at, address), { headers: { cookie, 'accept-language': 'en' } });
  await page.text();
  return page.status === 200;
}

async function create({ url, apiKey }: Contender, path: string, wanted: object) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  const { status, body } = await send(`${url}${path}`, { method: 'POST', headers }, JSON.stringify(wanted));
  if (status !== 201) throw new Error(`${path} was answered ${status}: ${body}`);
  return JSON.parse(body) as Record<string, unknown>;
}

const is = (expected: number) => (answer: { status: number }) => answer.status === expected;

async function readyOnes(count: number, make: () => Promise<Ready>): Promise<Ready[]> {
  const all: Ready[] = [];
  while (all.length < count) all.push(await make());
  return all;
}

/** @returns how long each took to be answered, ms */
async function evenly(all: readonly Ready[], seconds: number): Promise<number[]> {
  const begun = await atEvenDistances(all.length / seconds, seconds, (index) => timed(all[index]));
  return settled(begun);
}

async function atOnce(all: readonly Ready[]): Promise<number[]> {
  const begun = await atEvenDistances(1, all.length / PER_SECOND, (second) =>
    all.slice(second * PER_SECOND, (second + 1) * PER_SECOND).map(timed),
  );
  return settled(begun.flat());
}

async function settled(begun: Promise<number>[]): Promise<number[]> {
  const times = await Promise.all(begun);
  await pause(SETTLE_MS);
  return times;
}

async function timed(ready: Ready | undefined): Promise<number> {
  if (ready === undefined) throw new Error('there are fewer than are asked for');
  ready.trace.requestedAt = wallClockMs();
  const startedAt = performance.now();
  const wasTaken = await ready.ask().catch(() => false);
  return wasTaken ? performance.now() - startedAt : Number.POSITIVE_INFINITY;
}

function timesOf(all: readonly Ready[], answered: number[]): Times {
  const called = all.map(({ trace }) =>
    trace.placedAt === undefined
      ? Number.POSITIVE_INFINITY
      : trace.placedAt - (trace.requestedAt ?? Number.NaN),
  );
  progress(
    `answered after ${quantile(answered, 0.5).toFixed(1)} ms, p99 ${quantile(answered, 0.99).toFixed(1)} ms`,
  );
  return { answered, called };
}

function rowsOf(results: Results): string[][] {
  const cell = (rounds: Times[], which: keyof Times, q: number) =>
    spread(
      rounds.map((each) => quantile(each[which], q)),
      1,
    );
  return [...results].map(([name, rounds]) => [
    name,
    ...(['answered', 'called'] as const).flatMap((which) => [
      cell(rounds, which, 0.5),
      cell(rounds, which, 0.99),
    ]),
  ]);
}
