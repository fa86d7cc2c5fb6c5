// The same person is called once at a time, and no phone rings for two calls of ours at once.
import { sql } from 'kysely';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { expectOneEnd, stopAt, tracesOf } from '../support/traces.ts';

describeWorlds('one call at a time', ({ world, combination }) => {
  afterEach(() => world.time.resume());
  const ask = (body: object, headers = {}) => world.api('POST', '/v1/verifications', body, headers);
  const callsTo = (number: string) => world.simulator.createdPerNumber()[number] ?? 0;

  test('of eight requests at once for a user and a number one is taken; the others name it', async () => {
    const body = { userId: 'eight-at-once', number: world.newNumber() };
    world.time.pause();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(body)));
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(1);
    const id = taken[0]?.body.id;
    for (const { status, body } of answers.filter((answer) => answer !== taken[0])) {
      expect([status, body.code, body.verificationId]).toEqual([409, 'verification.alreadyOpen', id]);
      expect(body.detail).toContain(id);
    }
    world.time.resume();
    await world.settle();
    expect(callsTo(body.number)).toBe(1);
    expect((await ask(body)).status).toBe(201);
    await world.settle();
  });

  test('another extension of the number is the same number, another number is not', async () => {
    const number = world.newNumber();
    world.time.pause();
    expect((await ask({ userId: 'switchboard', number, extension: '11' })).status).toBe(201);
    const other = await ask({ userId: 'switchboard', number, extension: '12' });
    expect(other).toMatchObject({ status: 409, body: { code: 'verification.alreadyOpen' } });
    expect((await ask({ userId: 'switchboard', number: world.newNumber() })).status).toBe(201);
    world.time.resume();
    await world.settle();
  });

  test('a request that is repeated with its key gets its own verification back', async () => {
    const body = { userId: 'repeated', number: world.newNumber() };
    world.time.pause();
    const first = await ask(body, { 'idempotency-key': 'once' });
    expect(await ask(body, { 'idempotency-key': 'once' })).toMatchObject({
      status: 200,
      body: { id: first.body.id },
    });
    expect((await ask(body, { 'idempotency-key': 'twice' })).status).toBe(409);
    world.time.resume();
    await world.settle();
  });

  test('a phone that is on a call of ours is called for somebody else after it, whoever asked', async () => {
    const { api: other } = await world.addTenant(`neighbour-${combination.replaceAll('+', '-')}`);
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    world.time.pause();
    const first = await ask({ userId: 'one', number });
    await vi.waitFor(async () => expect((await world.read(first.body.id)).state).toBe('ringing'), SOON);
    const second = await ask({ userId: 'two', number });
    const third = await other('POST', '/v1/verifications', { userId: 'three', number });
    const ring = vi.fn();
    const off = world.simulator.on((event) => {
      const live = world.simulator.calls().filter((call) => call.to === number && call.endedAt === null);
      if (event.type === 'status') ring(live.length);
    });
    world.time.resume();
    await world.settle();
    off();
    for (const { body } of [first, second]) await expectOneEnd(world, body.id, { calls: 3 });
    expect((await other('GET', `/v1/verifications/${third.body.id}`)).body.outcome).toBe('approved');
    expect(Math.max(...ring.mock.calls.flat())).toBe(1);
  });

  test('a phone is called for somebody else once the call before has ended, not while it says goodbye', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const pressed = stopAt(world, (event) => event.to === number && event.type === 'key');
    const first = await ask({ userId: 'says-goodbye', number });
    await pressed;
    await vi.waitFor(async () => expect((await world.read(first.body.id)).state).toBe('finished'), SOON);
    const second = await ask({ userId: 'wants-the-phone', number });
    const wakeAt = async () => Number((await tracesOf(world.db, second.body.id)).verification.wakeAt);
    await vi.waitFor(async () => expect(await wakeAt()).toBeGreaterThan(world.time.now()), SOON);
    expect(callsTo(number)).toBe(1);
    world.time.resume();
    await world.settle();
    for (const { body } of [first, second])
      await expectOneEnd(world, body.id, { outcome: 'approved', calls: 2 });
  });

  test('a phone whose call never told its end is called for somebody else a minute after the verification', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose' });
    onTestFinished(() => world.simulator.faults.clear());
    const first = await ask({ userId: 'never-ended', number });
    await world.settle();
    const second = await ask({ userId: 'waits-a-minute', number });
    await world.settle();
    const { verification } = await expectOneEnd(world, first.body.id, { outcome: 'approved', calls: 2 });
    const { verification: later } = await expectOneEnd(world, second.body.id, { calls: 2 });
    const waitedMs = Number(later.dialedAt) - Number(verification.finishedAt);
    expect(waitedMs).toBeGreaterThanOrEqual(60_000);
    expect(waitedMs).toBeLessThan(70_000);
  });

  test('a phone behind a switchboard is not held up by another one there', async () => {
    const number = world.newNumber();
    world.time.pause();
    const asked = [
      await ask({ userId: 'desk-1', number, extension: '11' }),
      await ask({ userId: 'desk-2', number, extension: '12' }),
    ];
    for (const { body } of asked)
      await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
    world.time.resume();
    await world.settle();
  });

  test('a second request is refused, and a second call put off, without an error that names user or number', async () => {
    const number = world.newNumber();
    world.time.pause();
    const first = await ask({ userId: 'named-nowhere', number, extension: '13' });
    await vi.waitFor(async () => expect((await world.read(first.body.id)).state).toBe('ringing'), SOON);
    // A sequence counts what is undone, too.
    await sql`create sequence public.inserted`.execute(world.db);
    await sql`create function count_insert() returns trigger language plpgsql as $$
      begin perform nextval('public.inserted'); return new; end $$`.execute(world.db);
    await sql`create trigger count_insert before insert on verification
      for each row execute function count_insert()`.execute(world.db);
    expect((await ask({ userId: 'named-nowhere', number, extension: '14' })).status).toBe(409);
    const { rows } = await sql`select is_called as "isCalled" from public.inserted`.execute(world.db);
    expect(rows).toEqual([{ isCalled: false }]);
    await sql`drop trigger count_insert on verification`.execute(world.db);
    const called = world.db.selectFrom('verification').select('calledPhone').where('id', '=', first.body.id);
    // What the index would say of a second call.
    const { calledPhone } = await called.executeTakeFirstOrThrow();
    expect(calledPhone).not.toBeNull();
    expect(calledPhone).not.toContain(number.slice(3));
    world.time.resume();
    await world.settle();
  });
});
