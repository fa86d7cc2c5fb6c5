// A running service with a simulator in virtual time, for stories told from outside: HTTP in, webhooks in, desk
// phones at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Config, readConfig } from '../../src/config.ts';
import { SCOPES } from '../../src/domain/scope.ts';
import { createLogger } from '../../src/log.ts';
import { isUnavailable } from '../../src/platform/http/unavailable.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { type Service, startService } from '../../src/service.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type VirtualTime, virtualTime } from '../../src/simulator/time.ts';
import type { FreshStores } from './stores.ts';

export const START = new Date('2026-11-21T09:00:00Z');

/** An answer of the REST API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: stories look into answers of every shape
  body: any;
}

/** What a story may change about its world. */
export interface WorldOptions {
  config?: Partial<Config>;
  policy?: Record<string, unknown>;
  /** Connections to PostgreSQL. Half of them, less one, serve requests of the API at once: by default one. */
  poolSize?: number;
}

/** A world; close it after the story. */
export type World = Awaited<ReturnType<typeof openWorld>>;

/** The settings of a service on given stores, with ports of its own choosing. */
export function configFor(
  stores: FreshStores,
  dataDir: string,
  changes: Partial<Config> = {},
  poolSize?: number,
): Config {
  const base = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    OPS_PORT: '0',
    SIMULATOR_PORT: '0',
    DATA_DIR: dataDir,
  });
  const database =
    stores.database.kind === 'postgres'
      ? { ...stores.database, ...(poolSize === undefined ? {} : { poolSize }) }
      : { kind: 'embedded' as const, dataDir: stores.database.dataDir ?? dataDir };
  const secrets =
    database.kind === 'postgres' ? { hashKeys: newKeyRingText(), sealKeys: newKeyRingText() } : null;
  return {
    ...base,
    database,
    queue: stores.queue,
    secrets,
    signingKeys: database.kind === 'postgres' ? newSigningRingText() : null,
    worker: { concurrency: 20, mostLive: 1_000, lockDurationMs: 2_000, stalledIntervalMs: 1_000 },
    lines: { ...base.lines, callsPerSecond: 0 },
    // Sweeps, and looks for live verifications that are due, happen when a story says so.
    watchLiveMs: 86_400_000,
    sweep: { intervalMs: 86_400_000, slackMs: 5_000 },
    shutdownLimitMs: 5_000,
    ...changes,
  };
}

/** Lines of a log, kept. */
export function keepLines() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
}

const isJsonLines = ({ headers }: Response) =>
  headers.get('content-type')?.startsWith('application/jsonl') === true;

/** An HTTP client of the REST API. */
export function clientOf(baseUrl: () => string, apiKey: string | null) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${baseUrl()}${path}`, {
      method,
      headers: {
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') && !isJsonLines(response) ? JSON.parse(text) : text,
    };
  };
}

/** Starts a service on the stores, with a tenant `contoso` and an API key of its own. */
export async function openWorld(stores: FreshStores, options: WorldOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
  const time = virtualTime({ start: START });
  const waits = waitsBy(time);
  const log = keepLines();
  const config = configFor(stores, dataDir, options.config, options.poolSize);
  const service = await startService(config, {
    clock: { now: () => new Date(time.now()) },
    pause: waits.pause,
    log: createLogger({
      level: config.logLevel === 'info' ? 'debug' : config.logLevel,
      destination: log.destination,
      withoutStack: isUnavailable,
    }),
    simulatorTime: time,
  });
  const simulator = service.simulator as Simulator<VirtualTime>;
  const addTenant = async (id: string, policy: Record<string, unknown> = {}) => {
    await service.tenants.create({ id, name: `${id} AB`, policy });
    const { key } = await service.apiKeys.create({ tenantId: id, name: 'story', scopes: SCOPES });
    return { key, api: clientOf(() => service.url ?? '', key) };
  };
  const { key, api } = await addTenant('contoso', options.policy);
  let numbers = 1000;
  const newNumber = () => `+4681234${numbers++}`;

  const world = {
    config,
    service,
    simulator,
    time,
    db: service.stores.database.db,
    log: log.lines,
    key,
    api,
    addTenant,
    newNumber,

    /** Asks for a verification of a desk phone that behaves as said; returns the answer's body. */
    async request(phone: ScenarioName | Script, extra: Record<string, unknown> = {}) {
      const number = newNumber();
      simulator.desk.script(number, phone);
      const answer = await api('POST', '/v1/verifications', {
        userId: `user-${number.slice(-4)}`,
        number,
        ...extra,
      });
      if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },

    read: async (id: string) => (await api('GET', `/v1/verifications/${id}`)).body,
    settle: () => settle(world.service, time, waits),

    /** Lets texts go out, without waiting for their codes to expire; five seconds later the network has told of them. */
    async sendTexts() {
      await settle(world.service, time, waits, allSent);
      await time.advance(5_000);
      await time.idle();
      await service.journey.settled();
    },

    /** The code in the newest text on a phone. */
    codeOn(number: string): string {
      const newest = simulator.texts().findLast((text) => text.to === number && text.receivedAt !== null);
      return /\b\d{6}\b/.exec(newest?.body ?? '')?.[0] ?? '';
    },

    /** Requests, lets everything happen, and reads how it ended. */
    async story(phone: ScenarioName | Script, extra: Record<string, unknown> = {}) {
      const { id } = await world.request(phone, extra);
      await world.settle();
      return world.read(id);
    },

    async close() {
      simulator.faults.clear();
      simulator.faults.release();
      time.resume();
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** How a service waits by virtual time, and when the waits that are under way end, in ms since 1970. */
export function waitsBy(time: VirtualTime) {
  const ends = new Set<{ at: number }>();
  return {
    ends: () => [...ends].map(({ at }) => at),
    pause: (ms: number) => {
      const end = { at: time.now() + ms };
      ends.add(end);
      const { promise, resolve } = Promise.withResolvers<void>();
      time.after(ms, () => {
        ends.delete(end);
        resolve();
      });
      return promise;
    },
  };
}

/** Most rounds without a job in work that settling takes: beyond it something goes in circles. */
const MOST_ROUNDS = 50_000;
/** A queue whose server was away takes up to 15 s before it works again; jobs that stand still for so long are stuck, ms. */
const STUCK_MS = 50_000;
/** Rounds without any job before the sweeper is called: a job may be just on its way into the queue. */
const PATIENT_ROUNDS = 50;

/**
 * Lets everything happen that is going to: calls run to their end, jobs run, where jobs only wait for their time it
 * moves on to it, and where a job is lost the sweeper comes. Returns when every verification is finished.
 */
export async function settle(
  service: Service,
  time: VirtualTime,
  waits: ReturnType<typeof waitsBy>,
  isDone: (service: Service) => Promise<boolean> = allFinished,
): Promise<void> {
  const { queue } = service.jobs;
  const isStuck = watchBusy();
  let jobless = 0;
  for (let round = 0; round < MOST_ROUNDS; ) {
    await time.idle();
    await service.journey.settled();
    await service.jobs.settled();
    const busy = await queue.getJobCountByTypes('waiting', 'active', 'prioritized');
    if (isStuck(busy)) break;
    if (busy > 0) {
      await letJobsWork(busy, time, waits.ends());
      continue;
    }
    if (await isDone(service)) return;
    jobless = await letTimePass(service, time, jobless);
    round += 1;
  }
  throw new Error('the world does not settle');
}

/** @returns the rounds in which nothing waited for its time */
async function letTimePass(service: Service, time: VirtualTime, jobless: number): Promise<number> {
  if (await isWaiting(service, jobless)) {
    await moveOn(service, time);
    return jobless;
  }
  if (jobless < PATIENT_ROUNDS) await nextTurn();
  else await sweepLater(service, time);
  return jobless + 1;
}

/** Says whether as many jobs are in work as for a long time before. */
function watchBusy() {
  let stood = { busy: 0, since: 0 };
  return (busy: number): boolean => {
    if (busy === 0 || busy !== stood.busy) stood = { busy, since: performance.now() };
    return performance.now() - stood.since > STUCK_MS;
  };
}

/** Jobs that all wait for their line need the time to move, which a story may have paused. */
async function letJobsWork(busy: number, time: VirtualTime, ends: number[]): Promise<void> {
  if (ends.length < busy) return nextTurn();
  await time.advance(Math.max(0, Math.min(...ends) - time.now()));
}

async function allFinished(service: Service): Promise<boolean> {
  const { db } = service.stores.database;
  return !(await db
    .selectFrom('verification')
    .select('id')
    .where('state', '<>', 'finished')
    .executeTakeFirst());
}

/** Whether every text was sent, or will not be. */
async function allSent({ stores }: Service): Promise<boolean> {
  const query = stores.database.db
    .selectFrom('verification')
    .select('id')
    .where('state', 'in', ['queued', 'sending', 'decided']);
  return !(await query.executeTakeFirst());
}

/** Whether everything waits for its time. A job that the queue lost may be placing its call right now. */
async function isWaiting(service: Service, jobless: number): Promise<boolean> {
  if ((await service.jobs.queue.getDelayedCount()) > 0) return true;
  if (!(await hasLive(service))) return false;
  return jobless >= PATIENT_ROUNDS || !(await hasDialing(service));
}

async function hasDialing({ stores }: Service): Promise<boolean> {
  const query = stores.database.db.selectFrom('verification').select('id').where('state', '=', 'dialing');
  return (await query.executeTakeFirst()) !== undefined;
}

async function hasLive(service: Service): Promise<boolean> {
  return (await service.journey.verifications.countLive()) > 0;
}

async function sweepLater(service: Service, time: VirtualTime): Promise<void> {
  await time.advance(60_000);
  await service.journey.sweep();
}

/**
 * Moves the time to when the next verification wants to be looked at, and wakes the jobs whose time has come. The queue's
 * time is the real one: a job that was woken a millisecond too early would come again and again.
 */
async function moveOn(service: Service, time: VirtualTime): Promise<void> {
  const open = await service.stores.database.db
    .selectFrom('verification')
    .select(['id', 'jobId', 'wakeAt'])
    .where('state', '<>', 'finished')
    .orderBy('wakeAt')
    .execute();
  if (open[0]) await time.advance(Math.max(1, open[0].wakeAt.getTime() - time.now()));
  await service.journey.watchLive();
  const later = open.filter(({ wakeAt }) => wakeAt.getTime() > time.now());
  const sleeping = new Set(later.flatMap(({ id, jobId }) => [id, jobId]));
  for (const job of await service.jobs.queue.getDelayed())
    if (!sleeping.has(job.id ?? '') && (await job.isDelayed())) await job.promote().catch(() => undefined);
}
