// Okta, Auth0 and Supabase hand codes over, each in its own way: taken once, spoken or sent, and refused in its own words.
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { AUTH0_ACTION } from '../../src/delivery-hooks/auth0.ts';
import type { HookKind } from '../../src/delivery-hooks/front-end.ts';
import { untilServed } from '../support/asked-again.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { newMobile } from '../support/sign-ins.ts';

interface Hook {
  id: string;
  path: string;
  secret: string;
}

describeWorlds('hooks of identity products', ({ world }) => {
  const hooks = {} as Record<HookKind, Hook>;
  const seconds = () => world.time.now() / 1000;
  let made = 0;
  const newCode = () => String(600_000 + made++);
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  const apart = (code: string) => [...code].join(', ');

  async function newHook(kind: HookKind, extra: object = {}): Promise<Hook> {
    const answer = await world.api('POST', '/v1/delivery-hooks', { kind, name: kind, ...extra });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  }
  beforeAll(async () => {
    for (const kind of ['okta', 'auth0', 'supabase'] as const) hooks[kind] = await newHook(kind);
  });

  /** The headers of Standard Webhooks. */
  function signed(text: string, { secret }: Pick<Hook, 'secret'>, at = seconds(), id = randomUUID()) {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const time = String(Math.floor(at));
    const signature = createHmac('sha256', key).update(`${id}.${time}.${text}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
  }
  async function post(path: string, text: string, headers: Record<string, string>) {
    const answer = await fetch(`${world.service.url}${path}`, {
      ...{ method: 'POST', body: text },
      headers: { 'content-type': 'application/json', ...headers },
    });
    const said = await answer.text();
    return { status: answer.status, headers: answer.headers, text: said, body: JSON.parse(said) };
  }

  /** What a product sends for a code, and how it shows who it is. */
  const SENT: Record<HookKind, (number: string, code: string, changes?: object) => string> = {
    okta: (phoneNumber, otpCode, changes = {}) =>
      JSON.stringify({
        ...{
          eventId: randomUUID(),
          eventType: 'com.okta.telephony.provider',
          source: 'https://contoso.okta.com',
        },
        requestType: 'com.okta.user.telephony.mfa-verification',
        data: {
          userProfile: { firstName: 'Anna' },
          messageProfile: {
            ...{ msgTemplate: `Contoso code: ${otpCode}`, phoneNumber, otpCode, locale: 'EN-US' },
            otpExpires: new Date(world.time.now() + 300_000).toISOString(),
            ...{ deliveryChannel: 'SMS', ...changes },
          },
        },
      }),
    auth0: (recipient, code, changes = {}) =>
      JSON.stringify({
        ...{ recipient, code, deliveryMethod: 'text', messageType: 'otp_verify', locale: 'en_US' },
        ...{ text: `Contoso code: ${code}`, ...changes },
      }),
    supabase: (phone, otp, changes = {}) =>
      JSON.stringify({ user: { id: randomUUID(), phone: phone.slice(1), ...changes }, sms: { otp } }),
  };
  const proof = (kind: HookKind, text: string, hook = hooks[kind]): Record<string, string> =>
    kind === 'okta' ? { authorization: hook.secret } : signed(text, hook);
  const send = (kind: HookKind, text: string, hook = hooks[kind]) =>
    post(hook.path, text, proof(kind, text, hook));

  describe.each(['okta', 'auth0', 'supabase'] as const)('%s', (kind) => {
    test('has its code sent as a text, once, however often it comes', async () => {
      const [number, code] = [newMobile(), newCode()];
      const text = SENT[kind](number, code);
      const served = () => untilServed(() => send(kind, text));
      const answers = await Promise.all(Array.from({ length: 50 }, served));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
      expect(answers[0]?.headers.get('content-type')).toMatch(/^application\/json/);
      await world.settle();
      const texts = textsTo(number);
      expect(texts).toHaveLength(1);
      expect(texts[0]?.body).toContain(code);
      // Another code is another message.
      expect((await send(kind, SENT[kind](number, newCode()))).status).toBe(200);
      await world.settle();
      expect(textsTo(number)).toHaveLength(2);
    });

    test('is not believed without the secret, and learns nothing of what it sent', async () => {
      const number = newMobile();
      const text = SENT[kind](number, newCode());
      const other = await newHook(kind);
      const wrong: [string, Record<string, string>][] = [
        [hooks[kind].path, {}],
        [hooks[kind].path, proof(kind, text, other)],
        [hooks[kind].path.replace(/.$/, (last) => (last === '0' ? '1' : '0')), proof(kind, text)],
        [`/hooks/${kind}/none`, proof(kind, text)],
      ];
      for (const [path, headers] of wrong) {
        const answer = await post(path, '{not json', headers);
        expect(answer.status).toBe(401);
        expect(answer.text).not.toContain(number);
      }
      for (const path of ['okta', 'auth0', 'supabase'].filter((each) => each !== kind))
        expect((await post(`/hooks/${path}/${hooks[kind].id}`, text, proof(kind, text))).status).toBe(401);
      await world.settle();
      expect(textsTo(number)).toEqual([]);
    });

    test('hears in its own words what is wrong', async () => {
      const answers = [
        await send(kind, '{not json'),
        await send(kind, '{}'),
        await send(kind, SENT[kind]('+4681', newCode())),
        await send(kind, SENT[kind](newMobile(), 'x')),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(400);
        const words = { okta: body.error?.errorSummary, auth0: body.title, supabase: body.error?.message }[
          kind
        ];
        expect(words).toMatch(/^The /);
      }
    });

    test('leaves a line in the log that says why, and nothing of what was sent', async () => {
      const line = () =>
        JSON.parse(world.log.findLast((each) => each.includes('delivery hook was refused')) ?? '{}');
      const text = SENT[kind](newMobile(), 'x');
      await send(kind, text);
      expect(line()).toMatchObject({
        kind,
        deliveryHookId: hooks[kind].id,
        reason: expect.stringContaining('fields'),
      });
      await post(hooks[kind].path, text, {});
      expect(line().reason).toContain('the secret');
      await post(`/hooks/${kind}/${randomUUID()}`, text, {});
      expect(line().reason).toBe('there is no such hook');
    });

    test('is refused by limits and countries of the policy', async () => {
      await setPolicy(world, { countries: { allowed: ['NO'] } });
      const number = newMobile();
      expect((await send(kind, SENT[kind](number, newCode()))).status).toBeGreaterThanOrEqual(400);
      await setPolicy(world, {});
      await world.settle();
      expect(textsTo(number)).toEqual([]);
    });

    test('is refused once its hook is removed, and what was taken is delivered', async () => {
      const hook = await newHook(kind);
      const number = newMobile();
      expect((await send(kind, SENT[kind](number, newCode()), hook)).status).toBe(200);
      expect((await world.api('DELETE', `/v1/delivery-hooks/${hook.id}`)).status).toBe(204);
      expect((await send(kind, SENT[kind](number, newCode()), hook)).status).toBe(401);
      await world.settle();
      expect(textsTo(number)).toHaveLength(1);
    });
  });

  describe.each(['auth0', 'supabase'] as const)('%s signs', (kind) => {
    test('what it sends, at a time that is not long ago or ahead', async () => {
      const hook = hooks[kind];
      const text = SENT[kind](newMobile(), newCode());
      const good = signed(text, hook);
      for (const off of [-310, 310])
        expect((await post(hook.path, text, signed(text, hook, seconds() + off))).status).toBe(401);
      const changed: Record<string, string>[] = [
        { ...good, 'webhook-id': 'another' },
        { ...good, 'webhook-timestamp': String(Math.floor(seconds()) + 1) },
        { ...good, 'webhook-timestamp': 'now' },
        { ...good, 'webhook-signature': good['webhook-signature'].slice(3) },
        { ...good, 'webhook-signature': '' },
      ];
      for (const headers of changed) expect((await post(hook.path, text, headers)).status).toBe(401);
      expect((await post(hook.path, `${text} `, good)).status).toBe(401);
      // While a secret is replaced there are two signatures.
      for (const gap of [', ', ' ']) {
        const two = `v1,AAAA${gap}${good['webhook-signature']}`;
        expect((await post(hook.path, text, { ...good, 'webhook-signature': two })).status).toBe(200);
      }
    });
  });

  describe('a call', () => {
    test.each([
      ['okta', { deliveryChannel: 'Voice call' }],
      ['auth0', { deliveryMethod: 'voice' }],
    ] as const)('of %s speaks the code after #, digit by digit, twice', async (kind, changes) => {
      const [number, code] = [world.newNumber(), newCode()];
      world.simulator.desk.script(number, 'press-pound');
      expect((await send(kind, SENT[kind](number, code, changes))).status).toBe(200);
      await world.settle();
      const [call, ...more] = callsTo(number);
      expect(more).toEqual([]);
      expect(JSON.stringify(call).split(apart(code)).length - 1).toBe(2);
    });

    test('leaves no code with voicemail', async () => {
      const [number, code] = [world.newNumber(), newCode()];
      world.simulator.desk.script(number, 'voicemail');
      await send('okta', SENT.okta(number, code, { deliveryChannel: 'Voice call' }));
      await world.settle();
      const said = JSON.stringify(callsTo(number));
      expect(said).not.toContain(code);
      expect(said).not.toContain(apart(code));
    });
  });

  test('fills the template of Okta in, or writes a sentence of our own', async () => {
    const number = newMobile();
    const [first, second] = [newCode(), newCode()];
    await send('okta', SENT.okta(number, first, { msgTemplate: 'Your code: $' + '{code}.' }));
    await send('okta', SENT.okta(number, second, { msgTemplate: null, locale: 'sv-SE' }));
    await world.settle();
    const bodies = textsTo(number).map(({ body }) => body);
    expect(bodies).toContain(`Your code: ${first}.`);
    expect(bodies.find((body) => body.includes(second))).toContain('contoso');
  });

  test('refuses a code of Okta that is over', async () => {
    const otpExpires = new Date(world.time.now() - 1_000).toISOString();
    expect((await send('okta', SENT.okta(newMobile(), newCode(), { otpExpires }))).status).toBe(400);
  });

  test('takes the same body of Supabase again under another id', async () => {
    const number = newMobile();
    const text = SENT.supabase(number, newCode());
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await send('supabase', text)).status).toBe(200);
    await world.settle();
    expect(textsTo(number)).toHaveLength(1);
  });

  describe('the Action for Auth0', () => {
    /** Runs it as Auth0 does. */
    async function run(notification: object, secrets: object) {
      const said: [string, string][] = [];
      const api = {
        notification: {
          retry: (reason: string) => void said.push(['retry', reason]),
          drop: (reason: string) => void said.push(['drop', reason]),
        },
      };
      const exports: Record<string, (event: object, api: object) => Promise<void>> = {};
      class VirtualDate extends Date {
        static override now = () => world.time.now();
      }
      const globals = { fetch, AbortSignal, Buffer, Date: VirtualDate };
      runInNewContext(AUTH0_ACTION, { ...globals, exports, require: createRequire(import.meta.url) });
      await exports.onExecuteCustomPhoneProvider?.({ notification, secrets }, api);
      return said;
    }
    const secretsOf = ({ path, secret }: Hook) => ({
      ...{ POUNDKEY_URL: `${world.service.url}${path}`, POUNDKEY_SECRET: secret },
    });
    const notification = (recipient: string, code: string) => ({
      ...{ recipient, code, delivery_method: 'text', message_type: 'otp_verify', locale: 'en_US' },
      as_text: `Contoso code: ${code}`,
    });

    test('hands codes over as it stands', async () => {
      const [number, code] = [newMobile(), newCode()];
      expect(await run(notification(number, code), secretsOf(hooks.auth0))).toEqual([]);
      await world.settle();
      expect(textsTo(number).map(({ body }) => body)).toEqual([`Contoso code: ${code}`]);
    });

    test('has Auth0 drop what is refused, and try again what may go', async () => {
      const bad = await run(notification('+4681', newCode()), secretsOf(hooks.auth0));
      expect(bad).toEqual([['drop', 'Poundkey answered with status 400']]);
      const nowhere = { ...secretsOf(hooks.auth0), POUNDKEY_URL: 'http://127.0.0.1:1/' };
      expect(await run(notification(newMobile(), newCode()), nowhere)).toEqual([
        ['retry', 'Poundkey could not be reached'],
      ]);
    });
  });

  test('is answered with an error when the registry is slow, and the code is then never delivered', async () => {
    const number = newMobile();
    const text = SENT.supabase(number, newCode());
    const [locked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = world.db.transaction().execute(async (session) => {
      await sql`lock table delivery in exclusive mode`.execute(session);
      locked.resolve();
      await answered.promise;
    });
    await locked.promise;
    const answer = await send('supabase', text);
    answered.resolve();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers.get('retry-after')).toBeNull();
    await held;
    await world.settle();
    await world.service.journey.sweep();
    await world.settle();
    expect(textsTo(number)).toEqual([]);
  });

  test('belongs to its tenant, and shows its secret once', async () => {
    const { body } = await world.api('GET', '/v1/delivery-hooks');
    expect(body.value.length).toBeGreaterThan(2);
    expect(JSON.stringify(body)).not.toContain('whsec_');
    const theirs = await world.addTenant('fabrikam');
    const removed = await theirs.api('DELETE', `/v1/delivery-hooks/${hooks.okta.id}`);
    expect(removed.status).toBe(404);
  });

  test('leaves codes nowhere', async () => {
    await world.settle();
    const stored = JSON.stringify([
      await world.db.selectFrom('verification').selectAll().execute(),
      await world.db.selectFrom('delivery').selectAll().execute(),
      await world.db.selectFrom('auditEvent').selectAll().execute(),
    ]);
    const log = world.log.join('\n');
    for (let code = 600_000; code < 600_000 + made; code += 1) {
      expect(stored.includes(`"${code}"`) || stored.includes(` ${code}`), String(code)).toBe(false);
      expect(log.includes(`"${code}"`) || log.includes(` ${code}`), String(code)).toBe(false);
    }
  });
});
