// A web process and two workers on PostgreSQL and Redis, as in production: many verifications at once, and the pace of a line.
import { constants, setPriority } from 'node:os';
import { sql } from 'kysely';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RunningScript } from '../support/run-script.ts';
import { type Ground, prepareGround } from '../support/service-processes.ts';
import { type FreshStores, freshStores, STORES } from '../support/stores.ts';

/** Beyond what any story asks for. */
const ROOMY = { limits: { perUser: { count: 10_000 }, perNumber: { count: 10_000 } }, patienceS: 600 };
/** Calls that are placed at a pace: twelve seconds' worth. */
const PACED = 220;
/** Requests that a client sends at once; more would measure the client. */
const AT_ONCE = 20;
/** As in production: nobody looks after a call that is going on, however slow the machine is. */
const CALM = { PHONE_NETWORK_TIMEOUT_S: '10', DIAL_GRACE_S: '15', WATCH_S: '60', SWEEP_INTERVAL_S: '5' };

describe.runIf(STORES.includes('postgres+redis'))('a web process and two workers', () => {
  let stores: FreshStores | undefined;
  let ground: Ground | undefined;
  let workers: RunningScript[] = [];

  const open = async (settings: Record<string, string>): Promise<Ground> => {
    stores = await freshStores('postgres+redis');
    ground = await prepareGround(stores, { ...CALM, ...settings }, ROOMY);
    const web = ground.start('web');
    workers = await Promise.all([ground.start('worker'), ground.start('worker')]);
    await web;
    return ground;
  };
  afterEach(async () => {
    await ground?.close();
    await stores?.drop();
    stores = undefined;
    ground = undefined;
  });

  test('finish 1,000 verifications that are asked for at once, each with one call', async () => {
    const many = await open({ CALLS_PER_SECOND: '0' });
    await askFor(many, 1_000);
    await vi.waitFor(async () => expect(await finished(many)).toBe(1_000), {
      timeout: 120_000,
      interval: 250,
    });
    await many.time.idle();
    expect(await totals(many)).toEqual({
      approved: 1_000,
      attempts: 1_000,
      phoneMethods: 1_000,
      appPasswords: 1_000,
      ends: 1_000,
    });
    const calls = Object.values(many.simulator.createdPerNumber());
    expect(calls).toEqual(calls.map(() => 1));
    expect(calls).toHaveLength(1_000);
  }, 180_000);

  // Where a machine stands still for a moment, what is measured here shifts; it may try again.
  test('at 20 calls a second never start more in any second, and leave hardly a place empty', {
    timeout: 60_000,
    retry: 2,
  }, async () => {
    const paced = await open({ CALLS_PER_SECOND: '20' });
    // Otherwise it measures what else the machine has to do just now.
    for (const { process: worker } of workers) hurry(worker.pid ?? 0, constants.priority.PRIORITY_HIGHEST);
    hurry(process.pid, constants.priority.PRIORITY_HIGHEST);
    onTestFinished(() => hurry(process.pid, constants.priority.PRIORITY_NORMAL));
    // The phones never get as far as ringing, so that the network has time to look at its watch.
    paced.time.pause();
    const startedAt: number[] = [];
    const watch = watchTheWatch();
    onTestFinished(watch.stop);
    paced.simulator.on((event) => {
      if (event.type === 'created') startedAt.push(performance.now());
    });
    await askFor(paced, PACED);
    // Until here processes were still warming up, and the watch had requests to send.
    const from = performance.now();
    await vi.waitFor(() => expect(startedAt).toHaveLength(PACED), { timeout: 30_000, interval: 100 });
    const steady = startedAt.filter((at) => at >= from);
    // The last second is cut short by the last call.
    const counts = countsWithin(steady, 1_000, watch.stoodStillAt);
    expect(counts.length).toBeGreaterThan(20);
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
    const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)];
    expect(usual).toBeGreaterThanOrEqual(19);
  });
});

/** Lets a process run before others, where we may. */
function hurry(pid: number, priority: number): void {
  if (process.getuid?.() === 0) setPriority(pid, priority);
}

/** Asks for verifications of phones at which somebody presses `#`; repeats what a busy service refuses. */
async function askFor({ simulator, api, newNumber }: Ground, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, newNumber);
  const askOnce = async (number: string) => {
    const wish = { userId: `user-${number.slice(-4)}`, number };
    const { status } = await api('POST', '/v1/verifications', wish, { 'idempotency-key': number });
    expect(status).toBe(201);
  };
  const client = async () => {
    for (let number = numbers.pop(); number; number = numbers.pop()) {
      const wanted = number;
      simulator.desk.script(wanted, 'press-pound');
      await vi.waitFor(() => askOnce(wanted), { timeout: 30_000, interval: 500 });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

async function finished({ db }: Ground): Promise<number> {
  const row = await db
    .selectFrom('verification')
    .select((build) => build.fn.countAll<number>().as('count'))
    .where('state', '=', 'finished')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** What is left of all verifications together; with one of each for each, none has two. */
async function totals({ db }: Ground): Promise<Record<string, number>> {
  const result = await sql<Record<string, number>>`select
    (select count(*)::int from verification where outcome = 'approved') as "approved",
    (select count(*)::int from call_attempt) as "attempts",
    (select count(distinct verification_id)::int from phone_method) as "phoneMethods",
    (select count(distinct verification_id)::int from app_password) as "appPasswords",
    (select count(*)::int from audit_event where type = 'phoneMethod.registered') as "ends"`.execute(db);
  return result.rows[0] ?? {};
}

/** When this process itself could not look for so long that calls which came one after the other seemed to come at once. */
function watchTheWatch() {
  const stoodStillAt: number[] = [];
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - lookedAt > 15) stoodStillAt.push(now);
    lookedAt = now;
  }, 5);
  return { stoodStillAt, stop: () => clearInterval(timer) };
}

/** How many of the instants (ms, in order) each stretch of this length has that begins with one; without those in which the watch stood still. */
function countsWithin(instants: number[], lengthMs: number, stoodStillAt: number[]): number[] {
  const within = (at: number, from: number) => from <= at && at < from + lengthMs;
  const last = instants.at(-1) ?? 0;
  return instants
    .filter((from) => from + lengthMs <= last && !stoodStillAt.some((at) => within(at, from)))
    .map((from) => instants.filter((at) => within(at, from)).length);
}
