// Microsoft Entra hands messages over: who may, what is taken, and that each reaches its phone once or never.
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection, MessageKey } from '../../src/entra/messages/connections.ts';
import {
  APP_ID,
  AUDIENCES,
  CALLER,
  contextFor,
  DIRECTORY,
  encrypted,
  envelope,
  openDirectory,
} from '../support/entra-caller.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { START } from '../support/world.ts';

let now = () => START;
const directory = await openDirectory(() => now());
afterAll(() => directory.close());

/** Every message sent in this file, for the search at the end. */
const secrets: string[] = [];

const metadata = { global: directory.url, usGovernment: null, china: null };
const SAMPLE = 'sample-connection';
const settings = { config: { entra: { metadata, samplePathConnection: SAMPLE } } };

describeWorlds('messages from Microsoft Entra', settings, ({ world }) => {
  let connection: Connection;
  let key: MessageKey;
  let made = 0;

  const wanted = { tenantId: 'contoso', name: 'Contoso', directoryId: DIRECTORY, audiences: AUDIENCES };
  const rules = { callerAppId: CALLER, requiresRole: true, asksFirst: true, times: 2 };

  beforeAll(async () => {
    now = () => new Date(world.time.now());
    ({ connection, key } = await world.service.entraMessages.connections.create({ ...wanted, ...rules }));
  });

  async function post(
    body: unknown,
    { token, id = connection.id, path = '' }: { token?: string | null; id?: string; path?: string } = {},
  ) {
    const answer = await fetch(`${world.service.url}${path || `/entra/epp/${id}/SendOtp`}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token ?? (await directory.bearer())}` }),
        'x-ms-correlation-id': 'from-header',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) };
  }

  /** A good context with a code of its own. */
  function newContext(changes: Record<string, unknown> = {}) {
    const code = String(700_000 + made++);
    const context = contextFor(world.newNumber(), { message: `Use ${code} as your code.`, ...changes });
    secrets.push(String(context.message));
    return { ...context, code };
  }
  async function send(
    changes: { context?: Record<string, unknown>; envelope?: Record<string, unknown> } = {},
  ) {
    const { code, ...context } = newContext(changes.context);
    world.simulator.desk.script(context.phoneNumber, pressing('#'));
    const body = envelope(await encrypted(context, key), changes.envelope);
    return { code, context, body, answer: await post(body) };
  }
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const apart = (code: string) => [...code].join(', ');

  test('are taken over, answered with the nonce, and spoken', async () => {
    const { answer, context, code } = await send();
    expect(answer).toMatchObject({
      status: 200,
      body: { nonce: context.nonce, correlationId: 'corr-1', providerStatus: 'accepted' },
    });
    await world.settle();
    const said = JSON.stringify(callsTo(context.phoneNumber));
    expect(said.split(apart(code)).length - 1).toBe(2);
  });

  test.each([
    ['integers', { channel: 1, mode: 1 }],
    ['words', { channel: 'sms', mode: 'live' }],
    ['words in any case', { channel: 'SMS', mode: 'Live' }],
    ['no time to live', { channel: 1, ttlSeconds: undefined }],
    ['the longest time to live', { channel: 1, ttlSeconds: 2_147_483_647 }],
    ['members that nobody knows', { channel: 1, future: { a: 1 } }],
  ])('go out as texts, with %s', async (_what, changes) => {
    const number = `+4670124${4000 + made}`;
    const { answer, context } = await send({ context: { phoneNumber: number }, envelope: changes });
    expect(answer.status, answer.text).toBe(200);
    await world.settle();
    const texts = world.simulator.texts().filter(({ to }) => to === number);
    expect(texts.map(({ body }) => body)).toEqual([context.message]);
  });

  test('are spoken with spaces between the digits as Entra may write them, and in the digits of a language', async () => {
    for (const message of ['Your code: 4 8 2 9 1 3.', 'رمزك هو ٤٨٢٩١٣.']) {
      const { context, answer } = await send({ context: { message } });
      expect(answer.status).toBe(200);
      await world.settle();
      const said = JSON.stringify(callsTo(context.phoneNumber));
      expect(said).toMatch(/4, 8, 2, 9, 1, 3|٤, ٨, ٢, ٩, ١, ٣/);
    }
  });

  test('dial the extension that comes with them', async () => {
    const context = newContext({ extension: '1234' });
    world.simulator.desk.script(context.phoneNumber, {
      pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
      switchboard: { extension: '1234', transferMs: 3_000, patienceMs: 15_000 },
      reactions: [{ on: 'promptEnd', afterMs: 1_000, press: '#' }],
    });
    expect((await post(envelope(await encrypted(context, key)))).status).toBe(200);
    await world.settle();
    expect(JSON.stringify(callsTo(context.phoneNumber))).toContain(apart(context.code));
  });

  test('need no provider in evaluation mode, and call nobody', async () => {
    for (const mode of [2, 'evaluation', 'EVALUATION']) {
      const { answer, context } = await send({ context: { phoneNumber: '+46812345' }, envelope: { mode } });
      expect(answer).toMatchObject({
        status: 200,
        body: { nonce: context.nonce, providerStatus: 'accepted' },
      });
    }
    await world.settle();
    expect(callsTo('+46812345')).toHaveLength(0);
  });

  test('are passed on once, though they come fifty times at once', async () => {
    const { code: _, ...context } = newContext();
    world.simulator.desk.script(context.phoneNumber, pressing('#'));
    const body = envelope(await encrypted(context, key));
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body: { nonce } }) => nonce))).toEqual(new Set([context.nonce]));
    await world.settle();
    expect(callsTo(context.phoneNumber)).toHaveLength(1);
  });

  describe('from a caller', () => {
    const code = async (changes: Parameters<typeof directory.bearer>[0]) => {
      const context = contextFor(world.newNumber());
      const answer = await post(envelope(await encrypted(context, key)), {
        token: await directory.bearer(changes),
      });
      if (answer.status !== 200) expect(answer.text).not.toContain(context.nonce);
      return answer.status === 200 ? 'taken' : `${answer.status} ${answer.body.error}`;
    };

    test.each(['v1', 'v2'] as const)('with a token of version %s are taken', async (version) => {
      expect(await code({ version })).toBe('taken');
    });

    const inSeconds = (seconds: number) => Math.floor(now().getTime() / 1000) + seconds;
    test.each([
      ['another issuer', '401 unauthorized', { claims: { iss: 'https://sts.windows.net/other/' } }],
      ['another audience', '401 unauthorized', { claims: { aud: 'other' } }],
      ['another directory', '401 unauthorized', { claims: { tid: randomUUID() } }],
      ['an expired token', '401 unauthorized', { lifeS: -120 }],
      ['a token without an end', '401 unauthorized', { claims: { exp: undefined } }],
      ['a stranger who signs', '401 unauthorized', { signedBy: 'stranger' }],
      ['another application', '403 forbidden', { claims: { azp: APP_ID } }],
      [
        'the application in the claim of version 1',
        '403 forbidden',
        { claims: { azp: undefined, appid: CALLER } },
      ],
      ['no role', '403 forbidden', { claims: { roles: undefined } }],
      ['a user', '403 forbidden', { claims: { scp: 'user_impersonation' } }],
    ] as const)('with %s are refused', async (_what, refused, changes) => {
      expect(await code(changes as Parameters<typeof directory.bearer>[0])).toBe(refused);
    });

    test('with a token of the future are refused, with a clock half a minute ahead are taken', async () => {
      expect(await code({ claims: { nbf: inSeconds(120) } })).toBe('401 unauthorized');
      expect(await code({ claims: { nbf: inSeconds(30) } })).toBe('taken');
    });

    test('without a token, or with one that nobody signed, learn nothing of what they sent', async () => {
      const parts = (await directory.bearer()).split('.');
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      for (const token of [null, 'x', `${none}.${parts[1]}.`, `${none}.${parts[1]}.${parts[2]}`]) {
        const answer = await post('{not json', { token });
        expect(answer).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
        expect(answer.body.requestId).toMatch(/^[\w-]{10,}$/);
      }
    });

    test('to a connection that is none get 404', async () => {
      expect(await post({}, { id: 'nobody' })).toMatchObject({ status: 404, body: { error: 'not_found' } });
    });

    test('without the role are taken where the connection does without', async () => {
      const { connections } = world.service.entraMessages;
      await connections.change(connection.id, { requiresRole: false });
      expect(await code({ claims: { roles: undefined } })).toBe('taken');
      await connections.change(connection.id, { requiresRole: true });
    });
  });

  describe('are refused', () => {
    const reasonOf = async (body: unknown) => {
      const answer = await post(body);
      expect(answer.body).toMatchObject({ error: 'bad_request' });
      return `${answer.status} ${answer.body.reason}`;
    };

    /** What is wrong, and further members that come later in the order and are wrong, too. */
    const wrong: [reason: string, members: Record<string, unknown>][] = [
      ['unsupported envelope type', { type: 'x', encryptedDeliveryContext: null }],
      ['unsupported envelope type', { type: undefined }],
      ...[undefined, null, '', ' ', 5].map((given): [string, Record<string, unknown>] => [
        ...([
          'encryptedDeliveryContext is required',
          { encryptedDeliveryContext: given, channel: 9 },
        ] as const),
      ]),
      ...[0, 3, true, [1], null, '', 'fax', 1.5, '1', undefined].map((channel): [string, object] => [
        ...(['unsupported channel', { channel, mode: 7 }] as const),
      ]),
      ...[0, 3, true, null, 'test', {}].map((mode): [string, object] => [
        ...(['unsupported mode', { mode, ttlSeconds: 'x' }] as const),
      ]),
      ...[null, '60', 1.5, 2_147_483_648].map((ttlSeconds): [string, object] => [
        ...(['invalid ttlSeconds', { ttlSeconds }] as const),
      ]),
      ['ttlSeconds expired', { ttlSeconds: 0 }],
      ['ttlSeconds expired', { ttlSeconds: -1 }],
    ] as [string, Record<string, unknown>][];

    test.each(wrong)('with "%s" for %j', async (reason, members) => {
      const jwe = await encrypted(contextFor('+46812340000'), key);
      expect(await reasonOf(envelope(jwe, members))).toBe(`400 ${reason}`);
    });

    test('when they are no envelope at all', async () => {
      for (const body of ['[]', 'null', '"x"', '1'])
        expect(await reasonOf(body)).toBe('400 invalid envelope');
      expect(await reasonOf('{not json')).toBe('400 invalid JSON body');
    });

    test.each([
      ['no nonce', { nonce: undefined }],
      ['a blank nonce', { nonce: ' ' }],
      ['no number', { phoneNumber: undefined }],
      ['no message', { message: '' }],
    ])('for %s', async (_what, changes) => {
      const context = contextFor(world.newNumber(), changes);
      const body = envelope(await encrypted(context, key));
      expect((await post(body)).body).toMatchObject({
        ...{ error: 'bad_request', reason: 'incomplete delivery context', correlationId: 'corr-1' },
      });
    });

    test('for a number that is none', async () => {
      const context = contextFor('+4681');
      const answer = await post(envelope(await encrypted(context, key)));
      expect(answer).toMatchObject({ status: 400, body: { reason: 'invalid phoneNumber' } });
      expect(answer.text).not.toContain(context.nonce);
    });

    test('when they cannot be decrypted as agreed', async () => {
      const context = contextFor(world.newNumber());
      const good = await encrypted(context, key);
      const [head = '', wrapped = '', iv = '', text = '', tag = ''] = good.split('.');
      const bad = [
        await encrypted(context, key, { alg: 'RSA-OAEP' }),
        await encrypted(context, key, { enc: 'A128GCM' }),
        await encrypted(context, key, { enc: 'A256CBC-HS512' }),
        [head, wrapped, iv, text, `${tag.startsWith('A') ? 'B' : 'A'}${tag.slice(1)}`].join('.'),
        [head, wrapped, iv, text].join('.'),
        `${good}.x`,
        [head, '', iv, text, tag].join('.'),
        'x'.repeat(16_385),
        'a.b.c.d.e',
      ];
      for (const jwe of bad) {
        const answer = await post(envelope(jwe));
        expect(answer.status).toBe(400);
        expect(Object.keys(answer.body).sort()).toEqual(['correlationId', 'error', 'requestId']);
        expect(answer.body.error).toBe('decryption_failed');
      }
      const long = await encrypted(contextFor(world.newNumber(), { riskContext: 'x'.repeat(15_000) }), key);
      expect((await post(envelope(long))).body.error).toBe('decryption_failed');
    });

    test('when they are larger than 32 kB', async () => {
      expect((await post(envelope('x'.repeat(33_000)))).status).toBe(413);
    });
  });

  test('live as long as their code', async () => {
    const { answer, context } = await send({ envelope: { ttlSeconds: 1 } });
    expect(answer.status).toBe(200);
    await world.settle();
    expect(callsTo(context.phoneNumber)).toHaveLength(0);
  });

  test('are decrypted with either of two keys, whatever key they name, until one is retired', async () => {
    const { connections } = world.service.entraMessages;
    const second = await connections.addKey(connection.id);
    const evaluate = async (of: MessageKey, kid = of.keyId) => {
      const jwe = await encrypted(contextFor(world.newNumber()), of, { kid });
      return (await post(envelope(jwe, { mode: 2 }))).status;
    };
    expect(await evaluate(key)).toBe(200);
    expect(await evaluate(second)).toBe(200);
    expect(await evaluate(second, second.keyId.toUpperCase())).toBe(200);
    expect(await evaluate(second, randomUUID())).toBe(200);
    await world.service.entraMessages.settled();
    expect((await connections.keysOf(connection.id)).map(({ lastUsedAt }) => lastUsedAt)).toEqual([
      expect.any(Date),
      expect.any(Date),
    ]);
    expect(await connections.retireKey(connection.id, second.keyId)).toBe(true);
    expect(await evaluate(second)).toBe(400);
    expect(await connections.retireKey(connection.id, key.keyId)).toBe(false);
    expect(await evaluate(key)).toBe(200);
  });

  test('of two tenants come through connections of their own', async () => {
    await world.addTenant('fabrikam', { organisation: 'Fabrikam' });
    const { connections } = world.service.entraMessages;
    const other = await connections.create({
      ...wanted,
      ...rules,
      tenantId: 'fabrikam',
      directoryId: randomUUID(),
    });
    const context = contextFor(world.newNumber());
    const foreign = await post(envelope(await encrypted(context, other.key)), { id: other.connection.id });
    expect(foreign.status).toBe(401);
    expect((await post(envelope(await encrypted(context, other.key)))).body.error).toBe('decryption_failed');
  });

  test('are taken at the address of the sample, for the connection that is set', async () => {
    expect((await post({}, { path: '/api/SendOtp' })).status).toBe(404);
    await sql`insert into entra_phone_provider (id, tenant_id, name, directory_id, audiences, caller_app_id, requires_role,
        asks_first, times, created_at)
      select ${SAMPLE}, tenant_id, name, directory_id, audiences, caller_app_id, requires_role, asks_first, times, created_at
      from entra_phone_provider where id = ${connection.id}`.execute(world.db);
    const own = await world.service.entraMessages.connections.addKey(SAMPLE);
    const body = envelope(await encrypted(contextFor(world.newNumber()), own), { mode: 2 });
    expect((await post(body, { path: '/api/SendOtp' })).status).toBe(200);
    expect((await post(body)).status).toBe(400);
  });

  test('are answered with an error when the registry is slow, and then never delivered', async () => {
    const { code: _, ...context } = newContext();
    world.simulator.desk.script(context.phoneNumber, pressing('#'));
    const body = envelope(await encrypted(context, key));
    const lock = sql`lock table delivery in exclusive mode`;
    const [locked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = world.db.transaction().execute(async (session) => {
      await lock.execute(session);
      locked.resolve();
      await answered.promise;
    });
    await locked.promise;
    // It is answered while the registry still waits.
    const started = performance.now();
    const answer = await post(body).finally(answered.resolve);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(answer).toMatchObject({ status: 504, body: { error: expect.any(String) } });
    expect(answer.text).not.toContain(context.nonce);
    await held;
    // Whoever waited for the lock before has had it then.
    await world.db.transaction().execute((session) => lock.execute(session));
    await world.settle();
    await world.service.journey.sweep();
    await world.settle();
    expect(callsTo(context.phoneNumber)).toHaveLength(0);
  });

  test('that were taken back are no success when they come again', async () => {
    const { code: _, ...context } = newContext();
    world.simulator.desk.script(context.phoneNumber, pressing('#'));
    const body = envelope(await encrypted(context, key));
    // As it is when the answer to the commit came too late.
    world.time.pause();
    await world.service.jobs.queue.pause();
    expect((await post(body)).status).toBe(200);
    const nonceHash = createHash('sha256').update(context.nonce).digest('hex');
    const row = await world.db
      .updateTable('delivery')
      .set({ withdrawn: true })
      .where('nonceHash', '=', nonceHash)
      .returning('verificationId')
      .executeTakeFirstOrThrow();
    await world.db
      .updateTable('verification')
      .set({
        state: 'decided',
        outcome: 'canceled',
        errorCode: 'tooLate',
        decidedAt: new Date(world.time.now()),
      })
      .where('id', '=', row.verificationId)
      .execute();
    await world.service.jobs.queue.resume();
    world.time.resume();
    expect((await post(body)).status).toBe(504);
    await world.settle();
    expect(callsTo(context.phoneNumber)).toHaveLength(0);
  });

  test('leave nothing behind but sealed text, and not even that at the end', async () => {
    await world.settle();
    const left = await world.db
      .selectFrom('delivery')
      .select('sealed')
      .where('sealed', 'is not', null)
      .execute();
    expect(left).toEqual([]);
    const log = world.log.join('\n');
    const metrics = await (await fetch(`${world.service.opsUrl}/metrics`)).text();
    const stored = JSON.stringify([
      await world.db.selectFrom('verification').selectAll().execute(),
      await world.db.selectFrom('delivery').selectAll().execute(),
      await world.db.selectFrom('auditEvent').selectAll().execute(),
    ]);
    for (const secret of secrets)
      for (const place of [log, metrics, stored]) {
        expect(place).not.toContain(secret);
        const code = /\d{6}/.exec(secret)?.[0];
        if (code) expect(place).not.toMatch(new RegExp(`\\b${code}\\b`));
      }
    expect(metrics).toContain('poundkey_entra_message_duration_seconds');
    expect(log).not.toContain('BEGIN PRIVATE KEY');
  });
});
