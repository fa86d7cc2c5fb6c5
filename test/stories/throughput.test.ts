// A web process and two workers on PostgreSQL and Redis, as in production: many verifications at once. How fast that
// is, and how close to its pace a line comes, the benchmark measures; ../unit/journey/line-pace.test.ts shows that no
// line exceeds its pace.
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { openForThisTest } from '../support/open-worlds.ts';
import { type Ground, prepareGround } from '../support/service-processes.ts';
import { type FreshStores, STORES } from '../support/stores.ts';

/** Beyond what any story asks for. */
const ROOMY = { limits: { perUser: { count: 10_000 }, perNumber: { count: 10_000 } }, patienceS: 600 };
/** Requests that a client sends at once; more would measure the client. */
const AT_ONCE = 20;
/** As in production: nobody looks after a call that is going on, however slow the machine is. */
const CALM = { PHONE_NETWORK_TIMEOUT_S: '10', DIAL_GRACE_S: '15', WATCH_S: '60', SWEEP_INTERVAL_S: '5' };

describe.runIf(STORES.includes('postgres+redis'))('a web process and two workers', () => {
  const open = async (settings: Record<string, string>): Promise<Ground> => {
    const prepare = (stores: FreshStores) => prepareGround(stores, { ...CALM, ...settings }, ROOMY);
    const { opened: ground } = await openForThisTest('postgres+redis', prepare);
    const web = ground.start('web');
    await Promise.all([ground.start('worker'), ground.start('worker')]);
    await web;
    return ground;
  };

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
});

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
