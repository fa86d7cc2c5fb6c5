// A verification by text message has what one by call has: the queue, the pace, live progress, the outcome webhook, the client.
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { createPoundkeyClient } from '../../src/client.ts';
import { follow } from '../support/event-stream.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { anotherCode } from '../support/sign-ins.ts';
import { openReceiver, verified } from '../support/webhook-receiver.ts';

const WEBHOOKS = { config: { webhooks: { allowPrivate: true, timeLimitMs: 10_000 } } };
let mobiles = 0;
const newMobile = () => `+4670128${4000 + mobiles++}`;

describeWorlds('a verification by text message', WEBHOOKS, ({ world }) => {
  const client = () => createPoundkeyClient({ baseUrl: `${world.service.url}/`, apiKey: world.key });
  const request = (number: string, extra: Record<string, unknown> = {}) =>
    world.api('POST', '/v1/verifications', {
      ...{ userId: `mobile-${number.slice(-4)}`, number, channel: 'sms' },
      ...extra,
    });
  const check = (id: string, code: string) => world.api('POST', `/v1/verifications/${id}/check`, { code });
  const phonesOf = async (userId: string) =>
    (await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value;

  test('is asked for by a job of a backend, which lasts until the outcome', async () => {
    const number = newMobile();
    const jobId = `order-${randomUUID()}`;
    const data = { tenantId: 'contoso', userId: 'by-job', number, channel: 'sms' };
    const { queue } = world.service.jobs;
    await queue.add('request', data, { jobId });
    const query = world.db.selectFrom('verification').select('id').where('jobId', '=', jobId);
    const { id } = await vi.waitFor(() => query.executeTakeFirstOrThrow(), SOON);
    await world.sendTexts();
    expect((await check(id, world.codeOn(number))).body.outcome).toBe('approved');
    await world.settle();
    await vi.waitFor(async () => expect(await queue.getJobState(jobId)).toBe('completed'), SOON);
    const job = await queue.getJob(jobId);
    expect(job?.returnvalue).toEqual({ outcome: 'approved', verificationId: id });
    expect(job?.data).toEqual({ verificationId: id });
  });

  test('is followed live, from the request to the end', async () => {
    const number = newMobile();
    const { id } = (await request(number)).body;
    const stream = await follow(`${world.service.url}/v1/verifications/${id}/events`, world.key);
    await world.sendTexts();
    await check(id, anotherCode(world.codeOn(number)));
    await check(id, world.codeOn(number));
    const events = await stream.until();
    stream.break();
    expect([...new Set(events.map(({ data }) => data.state))]).toEqual([
      ...['queued', 'sending', 'sent', 'decided', 'finished'],
    ]);
    expect(events.filter(({ data }) => 'happened' in data).map(({ data }) => data)).toMatchObject([
      { state: 'sent', happened: 'codeWrong' },
    ]);
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${number.slice(1)}|${world.codeOn(number)}`));
  });

  test('shows how far its text has come, as far as the network tells', async () => {
    const [told, silent] = [newMobile(), newMobile()];
    const script = { pickUp: { kind: 'ignore' as const }, reactions: [], texts: { kind: 'silent' as const } };
    world.simulator.desk.script(silent, script);
    const asked = (await request(told)).body;
    expect(asked.progress).toBe('queued');
    const untold = (await request(silent)).body;
    await world.sendTexts();
    expect((await world.read(asked.id)).progress).toBe('delivered');
    expect((await world.read(untold.id)).progress).toBe('sent');
    for (const [id, number] of [
      [asked.id, told],
      [untold.id, silent],
    ])
      expect((await check(id, world.codeOn(number))).body.outcome).toBe('approved');
  });

  test('tells the tenant how it ended and what was registered, once', async () => {
    const receiver = await openReceiver();
    try {
      const { secret } = (await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url })).body;
      const number = newMobile();
      const { id } = (await request(number, { userId: 'told' })).body;
      await world.sendTexts();
      await check(id, world.codeOn(number));
      await world.settle();
      for (let round = 0; round < 3; round += 1) await world.service.outbox.deliverDue();
      const messages = receiver.received.map((each) => verified(secret, each, new Date(world.time.now())));
      expect(messages.map(({ type }) => type).toSorted()).toEqual([
        ...['phoneMethod.added', 'verification.finished'],
      ]);
      const data = { verificationId: id, userId: 'told', channel: 'sms', outcome: 'approved' };
      expect(messages.find(({ type }) => type === 'verification.finished')?.data).toMatchObject(data);
      expect(JSON.stringify(messages)).not.toContain(number.slice(1));
    } finally {
      await world.api('DELETE', '/v1/webhook-endpoint');
      await receiver.close();
    }
  });

  test('is asked for, sent again and checked by the client', async () => {
    const number = newMobile();
    const asked = { userId: 'by-client', number, channel: 'sms' as const };
    const { id, challenge } = await client().requestVerification(asked);
    expect(challenge.type).toBe('code');
    await world.sendTexts();
    await world.time.advance(30_000);
    expect((await client().resendCode(id)).state).toBe('queued');
    await world.sendTexts();
    const wrong = client().checkCode(id, anotherCode(world.codeOn(number)));
    await expect(wrong).rejects.toMatchObject({ code: 'code.wrong', checksLeft: 4 });
    expect((await client().checkCode(id, world.codeOn(number))).outcome).toBe('approved');
  });

  test('leaves the number that the user has, until another one is verified', async () => {
    const [old, next] = [newMobile(), newMobile()];
    const userId = 'changes-number';
    const first = (await request(old, { userId })).body;
    await world.sendTexts();
    await check(first.id, world.codeOn(old));
    const [phone] = await phonesOf(userId);
    const failed = (await request(next, { userId })).body;
    await world.sendTexts();
    for (let n = 1; n <= 5; n += 1) await check(failed.id, anotherCode(world.codeOn(next), n));
    await world.settle();
    expect(await world.read(failed.id)).toMatchObject({ outcome: 'wrongDigits' });
    expect(await phonesOf(userId)).toEqual([phone]);
    const again = (await request(next, { userId })).body;
    await world.sendTexts();
    // It still signs in with the old one, while the new one waits for its code.
    expect(await phonesOf(userId)).toEqual([phone]);
    await check(again.id, world.codeOn(next));
    const [changed, ...more] = await phonesOf(userId);
    expect(more).toEqual([]);
    expect(changed).toMatchObject({ id: phone.id, isDefault: true, phoneType: 'mobile' });
    expect(changed.phoneNumber.replace(' ', '')).toBe(next);
  });
});

const LINE = { number: '+12025550100', provider: null };
const PACED = {
  config: { lines: { default: [LINE] as [typeof LINE], byCountry: {}, senders: {}, callsPerSecond: 1 } },
};

describeWorlds('texts from a line that may start one a second', PACED, ({ world }) => {
  test('keep its pace, with the calls', async () => {
    const numbers = Array.from({ length: 3 }, newMobile);
    const calls = [world.newNumber(), world.newNumber()];
    for (const number of calls) world.simulator.desk.script(number, 'press-pound');
    const texts = numbers.map((number, n) => ({ userId: `paced-${n}`, number, channel: 'sms' }));
    const all = [...texts, ...calls.map((number, n) => ({ userId: `called-${n}`, number }))];
    for (const body of all) expect((await world.api('POST', '/v1/verifications', body)).status).toBe(201);
    await world.settle();
    const started = [
      ...world.simulator.texts().map(({ createdAt }) => createdAt),
      ...world.simulator.calls().map(({ createdAt }) => createdAt),
    ].toSorted((one, other) => one - other);
    expect(started).toHaveLength(all.length);
    for (const [n, at] of started.slice(1).entries())
      expect(at - (started[n] ?? 0)).toBeGreaterThanOrEqual(999);
  });
});
