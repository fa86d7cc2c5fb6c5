// An idempotency key makes asking again safe: one verification and one call, however often and however fast.
import { expect, test } from 'vitest';
import type { VerificationRequest } from '../../src/client.ts';
import { askAgainWithoutJob } from '../support/asked-again.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import type { Answer } from '../support/world.ts';

describeWorlds('an idempotency key', ({ world }) => {
  let keys = 0;

  const newKey = () => `order-${keys++}`;
  const ask = (key: string, body: object, api = world.api): Promise<Answer> =>
    api('POST', '/v1/verifications', body, { 'idempotency-key': key });
  const callsTo = (number: string) => world.simulator.createdPerNumber()[number] ?? 0;
  const rowsFor = (number: string) =>
    world.db.selectFrom('verification').select('id').where('phoneNumber', '=', number).execute();

  test('gives the same verification again: 201 once, 200 from then on, also after its end', async () => {
    const [key, body] = [newKey(), { userId: 'u-1', number: world.newNumber() }];
    const first = await ask(key, body);
    const second = await ask(key, body);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    expect(second.headers.get('location')).toBe(`/v1/verifications/${first.body.id}`);
    await world.settle();
    const third = await ask(key, body);
    expect(third).toMatchObject({ status: 200, body: { id: first.body.id, outcome: 'approved' } });
    await world.settle();
    expect([callsTo(body.number), (await rowsFor(body.number)).length]).toEqual([1, 1]);
  });

  test('has the call placed at once where the answer, and with it the job, was lost', async () => {
    const [key, body] = [newKey(), { userId: 'u-lost', number: world.newNumber() }];
    const id = await askAgainWithoutJob(world, () => ask(key, body));
    await world.settle();
    expect((await ask(key, body)).body.outcome).toBe('approved');
    expect(callsTo(body.number)).toBe(1);
    const { jobs } = world.service;
    await jobs.settled();
    expect(await jobs.queue.getJob(id)).toBeUndefined();
  });

  test('used 20 times at once makes one verification and one call', async () => {
    const [key, body] = [newKey(), { userId: 'u-2', number: world.newNumber() }];
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(key, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    await world.settle();
    expect([callsTo(body.number), (await rowsFor(body.number)).length]).toEqual([1, 1]);
  });

  test('used at once with 20 different bodies belongs to one of them', async () => {
    const [key, numbers] = [newKey(), Array.from({ length: 20 }, () => world.newNumber())];
    const answers = await Promise.all(numbers.map((number) => ask(key, { userId: 'u-3', number })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(422)]);
    await world.settle();
    expect(numbers.map(callsTo).reduce((sum, calls) => sum + calls)).toBe(1);
  });

  /** Another value of every field there is: the type checker asks for those that are missing. */
  const OTHERS: Record<keyof VerificationRequest, unknown> = {
    userId: 'u-5',
    purpose: 'testExtension',
    channel: 'sms',
    phoneType: 'mobile',
    number: '+46812349999',
    country: 'NO',
    extension: '1235',
    pauseBeforeS: 1.5,
    pauseAfterS: 2.5,
    locale: 'en-US',
  };

  test.each(Object.entries(OTHERS))('is refused with another %s or none', async (field, other) => {
    const body = {
      userId: 'u-4',
      purpose: 'register',
      number: world.newNumber(),
      country: 'SE',
      extension: '1234',
      pauseBeforeS: 1,
      pauseAfterS: 2,
      locale: 'sv-SE',
    };
    const key = newKey();
    const first = await ask(key, body);
    expect(first.status).toBe(201);
    expect((await ask(key, body)).status).toBe(200);
    // Without a user or a number it is no request, and without the others the same as before.
    const isNeeded = ['userId', 'number', 'purpose', 'channel', 'phoneType'].includes(field);
    for (const value of isNeeded ? [other] : [other, undefined]) {
      const reused = await ask(key, { ...body, [field]: value });
      expect(reused).toMatchObject({
        status: 422,
        body: { code: 'idempotencyKey.reused', errors: [{ field: 'idempotency-key' }] },
      });
      expect(JSON.stringify(reused.body)).not.toContain(body.number.slice(-7));
    }
    await world.settle();
    expect(await rowsFor(body.number)).toEqual([{ id: first.body.id }]);
    expect([callsTo(body.number), callsTo('+46812349999')]).toEqual([1, 0]);
  });

  test('of one tenant has nothing to do with the same of another', async () => {
    const { api } = await world.addTenant(`fabrikam-${keys}`);
    const [key, body] = [newKey(), { userId: 'u-6', number: world.newNumber() }];
    const [ours, theirs] = await Promise.all([ask(key, body), ask(key, body, api)]);
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(ours.body.id).not.toBe(theirs.body.id);
    await world.settle();
    expect(callsTo(body.number)).toBe(2);
  });

  test('is not used up by a request that was refused', async () => {
    const [key, number] = [newKey(), world.newNumber()];
    expect(await ask(key, { userId: 'u-7', number: `${number}#` })).toMatchObject({ status: 422 });
    expect(await ask(key, { userId: 'u-7', number })).toMatchObject({ status: 201 });
    await world.settle();
    expect(callsTo(number)).toBe(1);
  });

  test('is needed: without one the same request again is refused while the first is open, and a second call after it', async () => {
    const body = { userId: 'u-8', number: world.newNumber() };
    const ask = () => world.api('POST', '/v1/verifications', body);
    world.time.pause();
    expect([(await ask()).status, (await ask()).status]).toEqual([201, 409]);
    world.time.resume();
    await world.settle();
    expect((await ask()).status).toBe(201);
    await world.settle();
    expect(callsTo(body.number)).toBe(2);
  });
});
