import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createOutboxStore } from '../../src/outbox/outbox-store.ts';
import { startService } from '../../src/service.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { BEHAVIOURS, openReceiver, type Receiver, verified } from '../support/webhook-receiver.ts';

const WEBHOOKS = { allowPrivate: true, timeLimitMs: 2_000 };
const DAY_MS = 24 * 3_600_000;
const FAULTS = Object.entries(BEHAVIOURS).filter(([name]) => name !== 'takes' && name !== 'is gone');

describeWorlds('outcome webhooks', { config: { webhooks: WEBHOOKS } }, ({ world }) => {
  let receiver: Receiver;
  let secret: string;

  beforeEach(async () => {
    receiver = await openReceiver();
    const answer = await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
    secret = answer.body.secret;
  });
  afterEach(() => receiver.close());

  const now = () => new Date(world.time.now());
  const deliver = () => world.service.outbox.deliverDue();
  /** An approved registration sends a message about the phone, too; one that was busy sends its outcome only. */
  const finish = async (phone: 'press-pound' | 'busy' = 'press-pound') => {
    const verification = await world.story(phone);
    await deliver();
    return verification;
  };
  const messageOf = (verificationId: string) =>
    world.db
      .selectFrom('outbox')
      .selectAll()
      .where('verificationId', '=', verificationId)
      .executeTakeFirstOrThrow();
  /** Moves the clock to the next attempt, again and again, until no message is tried any more. */
  const untilOver = async () => {
    for (;;) {
      const open = await world.db
        .selectFrom('outbox')
        .select('nextAttemptAt')
        .where('deliveredAt', 'is', null)
        .where('deadAt', 'is', null)
        .execute();
      if (open.length === 0) return;
      const waits = open.map(({ nextAttemptAt }) => nextAttemptAt.getTime() - world.time.now());
      await world.time.advance(Math.min(...waits.filter((wait) => wait > 0), 86_400_000));
      await deliver();
    }
  };

  test('the tenant is told of an approved verification at once, with ids and without number or secret', async () => {
    const verification = await finish();
    const [got, ...more] = receiver.about(verification.id);
    expect(more).toEqual([]);
    const message = verified(secret, got!, now());
    expect(message).toEqual({
      type: 'verification.finished',
      timestamp: verification.finishedAt,
      data: {
        verificationId: verification.id,
        userId: verification.userId,
        purpose: 'register',
        channel: 'call',
        escalatedAt: null,
        phoneType: 'office',
        outcome: 'approved',
        errorCode: null,
        finishedAt: verification.finishedAt,
        phoneMethodId: expect.stringMatching(/^[\da-f-]{36}$/),
        appPasswordId: expect.stringMatching(/^[\da-f-]{36}$/),
      },
    });
    const reveal = await world.api('POST', `/v1/verifications/${verification.id}/reveal-app-password`);
    expect(message.data.appPasswordId).toBe(reveal.body.appPasswordId);
    expect(got?.body).not.toContain(verification.number.e164.slice(1));
    expect(got?.headers['webhook-id']).toBe((await messageOf(verification.id)).id);
  });

  test('the tenant is told of every other outcome too', async () => {
    const { id } = await world.story('busy');
    await deliver();
    const [got] = receiver.about(id);
    expect(verified(secret, got!, now()).data).toMatchObject({
      outcome: 'busy',
      phoneMethodId: null,
      appPasswordId: null,
    });
  });

  test.each(FAULTS)(
    'the outcome arrives and verifies although the receiver first %s',
    async (_name, behaviour) => {
      receiver.plan(behaviour);
      const { id } = await finish();
      await untilOver();
      const [first, second, ...more] = receiver.about(id);
      expect(more).toEqual([]);
      expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
      expect(second?.body).toBe(first?.body);
      const sentAt = new Date(Number(second?.headers['webhook-timestamp']) * 1000);
      expect(verified(secret, second!, sentAt).data).toMatchObject({ verificationId: id });
      expect(await messageOf(id)).toMatchObject({ attempts: 2, deadAt: null, lastError: null });
      expect(receiver.received.some(({ path }) => path !== '/hook')).toBe(false);
    },
  );

  test('a changed body or a wrong secret does not verify', async () => {
    const { id } = await finish();
    const [got] = receiver.about(id);
    const forged = { ...got!, body: got!.body.replace('approved', 'Approved') };
    expect(() => verified(secret, forged, now())).toThrow('No matching signature');
    expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`, got!, now())).toThrow(
      'No matching',
    );
    expect(() => verified(secret, got!, new Date(world.time.now() + 600_000))).toThrow('too old');
  });

  test('messages of one verification arrive in order: a later one waits for an earlier one', async () => {
    receiver.plan(...Array(4).fill(BEHAVIOURS.fails));
    const { id } = await finish('busy');
    expect(await messageOf(id)).toMatchObject({ deliveredAt: null });
    await world.db
      .insertInto('outbox')
      .values({
        id: crypto.randomUUID(),
        tenantId: 'contoso',
        verificationId: id,
        type: 'fraud.reported',
        payload: JSON.stringify({ verificationId: id }),
        createdAt: now(),
        nextAttemptAt: now(),
      })
      .execute();
    await untilOver();
    const types = receiver.about(id).map(({ body }) => JSON.parse(body).type);
    expect(types).toEqual([...Array(5).fill('verification.finished'), 'fraud.reported']);
  });

  test('nothing is lost over a restart while the receiver is away, nor with a process that died on the way', async () => {
    await receiver.close();
    const ids = [(await finish('busy')).id, (await finish('busy')).id];
    await world.service.stop();
    const clock = { now };
    const restarted = await startService(world.config, {
      clock,
      simulatorTime: world.time,
      log: world.service.log,
    });
    Object.assign(world.service, restarted);
    // A process that claims and is then heard of no more.
    await world.time.advance(10 * 60_000);
    const { db } = restarted.stores.database;
    const leaseUntil = new Date(world.time.now() + 30_000);
    const lost = { now: now(), leaseUntil, limit: 100, perTenant: 100, except: [] };
    expect(await createOutboxStore(db).claim(lost)).toHaveLength(2);
    await receiver.open();
    await restarted.outbox.deliverDue();
    expect(receiver.received).toEqual([]);
    await world.time.advance(30_000);
    await restarted.outbox.deliverDue();
    for (const id of ids) expect(receiver.about(id)).toHaveLength(1);
  });
});

describeWorlds('messages that cannot be delivered', { config: { webhooks: WEBHOOKS } }, ({ world }) => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await openReceiver();
    await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
  });
  afterAll(() => receiver?.close());

  const deliver = () => world.service.outbox.deliverDue();
  const listed = async (state: string, api = world.api) =>
    (await api('GET', `/v1/webhook-messages?state=${state}`)).body.value;

  test('a message that failed for a day is dead, says so in an alarm, and is delivered when it is sent again', async () => {
    receiver.otherwise(BEHAVIOURS.fails);
    const { id } = await world.story('busy');
    await deliver();
    let lastAttempt = 0;
    const waits: number[] = [];
    for (;;) {
      const [waiting] = await listed('waiting');
      if (!waiting) break;
      lastAttempt ||= Date.parse(waiting.createdAt);
      const next = Date.parse(waiting.nextAttemptAt);
      waits.push(next - lastAttempt);
      lastAttempt = next;
      await world.time.advance(next - world.time.now());
      await deliver();
    }
    const planned = [5, 30, 120, 600, 1800, 3600].map((seconds) => seconds * 1000);
    for (const [index, wait] of planned.entries()) expect(waits[index]).toBeGreaterThanOrEqual(wait);
    expect(waits.reduce((sum, wait) => sum + wait)).toBe(DAY_MS);
    const [dead, ...more] = await listed('dead');
    expect(more).toEqual([]);
    expect(dead).toMatchObject({
      verificationId: id,
      attempts: waits.length + 1,
      lastError: 'The endpoint answered 500 instead of 2xx.',
      nextAttemptAt: null,
    });
    const alarms = world.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'webhook.dead');
    expect(alarms).toMatchObject([{ level: 'error', alarm: true, messageId: dead.id, verificationId: id }]);

    receiver.otherwise(BEHAVIOURS.takes);
    const resent = await world.api('POST', `/v1/webhook-messages/${dead.id}/resend`);
    expect(resent).toMatchObject({ status: 200, body: { id: dead.id, deadAt: null, attempts: 0 } });
    await deliver();
    expect(await listed('dead')).toEqual([]);
    expect(await listed('delivered')).toMatchObject([{ id: dead.id, lastError: null }]);
    const again = await world.api('POST', `/v1/webhook-messages/${dead.id}/resend`);
    expect(again).toMatchObject({ status: 409, body: { code: 'webhookMessage.notDead' } });
  });

  test('an endpoint that is gone (410) ends a message at once', async () => {
    receiver.plan(BEHAVIOURS['is gone']);
    const { id } = await world.story('busy');
    await deliver();
    expect(receiver.about(id)).toHaveLength(1);
    expect(await listed('dead')).toMatchObject([{ verificationId: id, attempts: 1 }]);
  });

  test('another tenant neither sees nor resends a message', async () => {
    const [dead] = await listed('dead');
    const { api } = await world.addTenant('fabrikam');
    expect(await listed('dead', api)).toEqual([]);
    const answer = await api('POST', `/v1/webhook-messages/${dead.id}/resend`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'webhookMessage.notFound' } });
  });

  test('a tenant whose receiver hangs does not hold up another', async () => {
    const { api } = await world.addTenant('slow');
    const hanging = await openReceiver();
    hanging.otherwise(BEHAVIOURS['never answers']);
    await api('PUT', '/v1/webhook-endpoint', { url: hanging.url });
    const now = new Date(world.time.now());
    const messages = Array.from({ length: 60 }, () => ({
      id: crypto.randomUUID(),
      tenantId: 'slow',
      verificationId: null,
      type: 'test',
      payload: '{}',
      createdAt: now,
      nextAttemptAt: now,
    }));
    await world.db.insertInto('outbox').values(messages).execute();
    const slowOnes = deliver();
    const { id } = await world.story('busy');
    await expect.poll(() => receiver.about(id).length, { timeout: 10_000 }).toBe(1);
    expect(hanging.received.length).toBeLessThan(60);
    await api('DELETE', '/v1/webhook-endpoint');
    await slowOnes;
    await hanging.close();
  });

  test('removing the endpoint leaves what was not delivered to be sent again later', async () => {
    receiver.plan(BEHAVIOURS.fails);
    const { id } = await world.story('busy');
    await deliver();
    expect((await world.api('DELETE', '/v1/webhook-endpoint')).body).toEqual({ undelivered: 1 });
    const dead = (await listed('dead')).find(
      (message: { verificationId: string }) => message.verificationId === id,
    );
    const nowhere = await world.api('POST', `/v1/webhook-messages/${dead.id}/resend`);
    expect(nowhere).toMatchObject({ status: 404, body: { code: 'webhookEndpoint.notFound' } });
    // Without an endpoint nothing is written at all.
    const untold = await world.story('busy');
    await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
    await world.api('POST', `/v1/webhook-messages/${dead.id}/resend`);
    await deliver();
    expect(receiver.about(id)).toHaveLength(2);
    expect(receiver.about(untold.id)).toEqual([]);
  });
});
