// A caller line keeps its pace: who has to wait is told how long, who would wait too long is refused at once, and
// nobody gets the whole line.
import { sql } from 'kysely';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { LineConfig } from '../../src/providers/settings.ts';
import { describeWorlds, worldOfThisTest } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { expectOneEnd } from '../support/traces.ts';
import type { Answer, World } from '../support/world.ts';
import { callsTo } from './desk-calls.ts';
import { expectNothingQueued } from './nothing-queued.ts';

const LINE = '+12025550100';
const COUNTRY_LINES = { GB: '+442079460001', NO: '+4721030001' };
const lineOf = (number: string): [LineConfig] => [{ number, provider: null }];
const ROOMY = { limits: { perUser: { count: 1_000 }, perNumber: { count: 1_000 } } };
const PACED = {
  config: {
    lines: {
      default: lineOf(LINE),
      byCountry: { GB: lineOf(COUNTRY_LINES.GB), NO: lineOf(COUNTRY_LINES.NO) },
      callsPerSecond: 1,
    },
  },
};
const LONG_MS = 7_200_000;
/** A call is recorded this long before it is asked for, ms. */
const RECORDED_BEFORE_MS = 50;

type Tenant = Awaited<ReturnType<World['addTenant']>> & { id: string };

describeWorlds('a line that may start one call a second', PACED, ({ world }) => {
  let tenants = 0;

  beforeAll(() => {
    // Time moves when a story says so, or to the next thing that is due.
    world.time.pause();
  });
  // Nobody waits on the line any more when the next story begins.
  afterEach(async () => {
    await world.settle();
    await world.time.advance(LONG_MS);
  });

  /** A tenant that has asked for nothing yet. */
  const newTenant = async (policy: object = {}): Promise<Tenant> => {
    const id = `tenant-${tenants++}`;
    return { id, ...(await world.addTenant(id, { ...ROOMY, ...policy })) };
  };
  /** Asks for a call to a phone of its own, whatever comes of it. */
  const ask = ({ api }: Tenant, number = world.newNumber()) => {
    world.simulator.desk.script(number, 'press-pound');
    return api('POST', '/v1/verifications', { userId: `user-${number.slice(-4)}`, number });
  };
  const askOften = async (tenant: Tenant, count: number) => {
    const answers: Answer[] = [];
    for (let asked = 0; asked < count; asked += 1) answers.push(await ask(tenant));
    return answers;
  };
  /** How long a request has to wait, s. */
  const waitOf = ({ body }: Answer) => (Date.parse(body.expectedCallAt) - world.time.now()) / 1_000;
  const accepted = (answers: Answer[]) => answers.filter(({ status }) => status === 201);

  test('tells three requests at once 0, 1 and 2 s, and calls them then', async () => {
    const answers = await askOften(await newTenant(), 3);
    expect(answers.map(waitOf).map((wait) => Math.round(wait))).toEqual([0, 1, 2]);
    const expected = answers.map(({ body }) => Date.parse(body.expectedCallAt));
    await world.settle();
    const placed = answers.map(({ body }) => callsTo(world, body.number.e164)[0]?.createdAt);
    expect(placed).toEqual(expected.map((at) => at + RECORDED_BEFORE_MS));
    for (const { body } of answers) await expectOneEnd(world, body.id, { outcome: 'approved' });
  });

  test('gives twenty requests at the same moment twenty places', async () => {
    const tenant = await newTenant();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(tenant)));
    const waits = answers.map(waitOf).toSorted((a, b) => a - b);
    expect(waits.map((wait) => Math.round(wait / 1.03))).toEqual([...Array(20).keys()]);
  });

  test('refuses beyond the patience of the policy, with the time to wait, and queues nothing', async () => {
    const tenant = await newTenant({ patienceS: 5 });
    expect(accepted(await askOften(tenant, 3))).toHaveLength(3);
    const refused = await expectNothingQueued(world, () => ask(tenant));
    expect(refused).toMatchObject({ status: 429, body: { code: 'line.tooBusy' } });
    const retryAfterS = Number(refused.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThan(0);
    expect(retryAfterS).toBeLessThanOrEqual(5);
    await world.time.advance(retryAfterS * 1_000);
    expect((await ask(tenant)).status).toBe(201);
  });

  test('refuses what would have expired before its call', async () => {
    const answers = await askOften(await newTenant({ patienceS: 3_600, expiresAfterS: 60 }), 40);
    expect(Math.max(...accepted(answers).map(waitOf))).toBeLessThanOrEqual(60);
    expect(accepted(answers).length).toBeLessThan(40);
  });

  test("leaves other tenants' calls within their patience, whatever one asks for, and gives it half at most", async () => {
    const patienceS = 20;
    const [greedy, other] = [await newTenant({ patienceS }), await newTenant({ patienceS })];
    const flood = accepted(await askOften(greedy, 40));
    // The line has 20 places in 20 s: half of them, and the one that starts at once.
    expect(flood.length).toBeGreaterThanOrEqual(9);
    expect(flood.length).toBeLessThanOrEqual(11);
    const late = await askOften(other, 5);
    expect(accepted(late)).toHaveLength(5);
    expect(Math.max(...late.map(waitOf))).toBeLessThanOrEqual(patienceS);
    await world.settle();
    for (const { body } of late) await expectOneEnd(world, body.id, { outcome: 'approved' });
  });

  test('gives a tenant that comes back later its half again', async () => {
    const tenant = await newTenant({ patienceS: 10 });
    const first = accepted(await askOften(tenant, 10));
    expect(first.length).toBeLessThan(10);
    // Calls that still waited would miss their places in the jump, and take new ones of the tenant's half.
    await world.settle();
    await world.time.advance(60_000);
    expect(accepted(await askOften(tenant, 10))).toHaveLength(first.length);
  });

  test('is the line of a country where the country has one, and lines do not wait for each other', async () => {
    const tenant = await newTenant();
    const numbers = ['+442079460123', '+4721234567', '+12025550123'];
    const answers: Answer[] = [];
    for (const number of numbers) answers.push(await ask(tenant, number));
    expect(answers.map(waitOf)).toEqual([0, 0, 0]);
    await world.settle();
    const from = numbers.flatMap((number) => callsTo(world, number).map((call) => call.from));
    expect(from).toEqual([COUNTRY_LINES.GB, COUNTRY_LINES.NO, LINE]);
  });

  test('is not used by what was canceled or forbidden while it waited', async () => {
    const tenant = await newTenant();
    const [first, canceled, forbidden] = (await askOften(tenant, 3)).map(({ body }) => body.id as string);
    await tenant.api('POST', `/v1/verifications/${canceled}/cancel`);
    await setPolicy(world, { officePhone: { allowed: false } }, tenant.id);
    await world.settle();
    await expectOneEnd(world, canceled ?? '', { outcome: 'canceled', calls: 0 });
    await expectOneEnd(world, forbidden ?? '', { outcome: 'blocked', calls: 0 });
    expect((await tenant.api('GET', `/v1/verifications/${first}`)).body.state).toBe('finished');
  });
});

test('a line without a pace has no places to wait for', async () => {
  const world = await worldOfThisTest('embedded');
  const requested = [await world.request('press-pound'), await world.request('press-pound')];
  expect(requested.map(({ expectedCallAt }) => expectedCallAt)).toEqual([null, null]);
  await world.settle();
  for (const { id } of requested) await expectOneEnd(world, id, { outcome: 'approved' });
});

/** A call every 346.67 ms. */
const UNEVEN = { config: { lines: { default: lineOf(LINE), byCountry: {}, callsPerSecond: 3 } } };

describeWorlds('a line whose interval is no whole number of milliseconds', UNEVEN, ({ world }) => {
  test('keeps its places in whole ones, so that guards find what was read', async () => {
    world.time.pause();
    for (let asked = 0; asked < 4; asked += 1) await world.request('press-pound');
    const uneven = sql<boolean>`slot_at <> date_trunc('milliseconds', slot_at)
      or wake_at <> date_trunc('milliseconds', wake_at)`;
    expect(await world.db.selectFrom('verification').select('id').where(uneven).execute()).toEqual([]);
    world.time.resume();
    await world.settle();
  });
});
