// What a TypeScript backend does with the client: every operation of the API, refusals, waiting, and webhooks.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createPoundkeyClient,
  type PoundkeyClient,
  PoundkeyProblem,
  type ProgressEvent,
  readOutcomeWebhook,
} from '../../src/client.ts';
import { verificationJobSchema } from '../../src/journey/request/job-schema.ts';
import { listen } from '../../src/platform/http/http-server.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { worldOfThisTest, worldOn } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';

describe('the client', () => {
  const { world } = worldOn('embedded', {
    config: { webhooks: { allowPrivate: true, timeLimitMs: 10_000 } },
  });
  let client: PoundkeyClient;

  beforeAll(async () => {
    client = createPoundkeyClient({ baseUrl: `${world.service.url}/`, apiKey: world.key });
  });

  const ask = (phone: ScenarioName | Script, idempotencyKey?: string) => {
    const number = world.newNumber();
    world.simulator.desk.script(number, phone);
    const request = { userId: `u-${number.slice(-4)}`, number };
    return client.requestVerification(request, idempotencyKey === undefined ? {} : { idempotencyKey });
  };
  const problemFrom = async (promise: Promise<unknown>): Promise<PoundkeyProblem> => {
    const error = await promise.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PoundkeyProblem);
    return error as PoundkeyProblem;
  };

  test('has a method for every operation of the API, by its name, and no other but waitForOutcome', async () => {
    const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(Object.keys(client).toSorted()).toEqual([...operations, 'waitForOutcome'].toSorted());
  });

  test('leads from the request to the app password', async () => {
    const { id, userId } = await ask('press-pound');
    const finished = client.waitForOutcome(id, { timeLimitMs: 20_000 });
    await world.settle();
    expect(await finished).toMatchObject({ id, state: 'finished', outcome: 'approved' });
    expect(await client.revealAppPassword(id)).toMatchObject({
      appPassword: expect.stringMatching(/^[a-z]{4}( [a-z]{4}){3}$/),
    });
    expect(await client.listPhoneMethods(userId)).toMatchObject([{ phoneType: 'office' }]);
    const [first] = await client.listAppPasswords(userId);
    await client.revokeAppPassword(userId, first?.id ?? '');
    expect(await client.revokeAppPasswords(userId)).toBe(0);
    expect(await client.readVerification(id)).toMatchObject({ outcome: 'approved' });
    expect(await client.listVerifications({ userId, outcome: 'approved', limit: 1 })).toMatchObject({
      value: [{ id }],
      next: null,
    });
    expect(await client.readKey()).toMatchObject({ name: 'story', tenantId: 'contoso' });
    expect((await client.readKeySet()).keys).toMatchObject([{ kty: 'EC', alg: 'ES256' }]);
    expect(await client.readCapabilities(userId)).toMatchObject({ signIn: { allowed: true } });
    const about = { number: '08-1', country: 'SE' };
    expect(await client.readCapabilities(userId, about)).toMatchObject({
      registerOfficePhone: { reasons: [{ code: 'number.invalid' }] },
    });
    expect(await client.readSmsSignIn(userId)).toMatchObject({ canBeEnabled: false, phoneMethodId: null });
    const [office] = await client.listPhoneMethods(userId);
    for (const change of [client.enableSmsSignIn, client.disableSmsSignIn])
      expect(await problemFrom(change(userId, office?.id ?? ''))).toMatchObject({
        code: 'phoneMethod.smsSignInNotSupported',
      });
    const again = await problemFrom(client.revealAppPassword(id));
    expect(again).toMatchObject({ code: 'appPassword.alreadyRevealed', status: 410 });
  });

  test('tells the progress, and goes on after an event', async () => {
    const { id } = await ask('press-pound');
    const collect = async (after?: string) => {
      const events: ProgressEvent[] = [];
      for await (const event of client.followVerification(id, after === undefined ? {} : { after }))
        events.push(event);
      return events;
    };
    const whole = collect();
    await world.settle();
    const events = await whole;
    expect(events.at(-1)).toMatchObject({ state: 'finished', outcome: 'approved' });
    expect(events.map(({ state }) => state)).toContain('ringing');
    expect(await collect(events[1]?.id)).toEqual(events.slice(2));
    expect(await collect(events.at(-1)?.id)).toEqual([]);
  });

  test('asks once with an idempotency key, and cancels', async () => {
    world.time.pause();
    const first = await ask('no-answer', 'order-17');
    const number = first.number.e164;
    const request = { userId: first.userId, number };
    const second = await client.requestVerification(request, { idempotencyKey: 'order-17' });
    expect(second.id).toBe(first.id);
    expect(await client.cancelVerification(first.id)).toMatchObject({ outcome: 'canceled' });
    world.time.resume();
    await world.settle();
  });

  test('says which verification is open where one is in the way', async () => {
    world.time.pause();
    const { id, userId, number } = await ask('press-pound');
    const again = await problemFrom(client.requestVerification({ userId, number: number.e164 }));
    expect(again).toMatchObject({ code: 'verification.alreadyOpen', status: 409, verificationId: id });
    const erasing = await problemFrom(client.eraseUser(userId));
    expect(erasing).toMatchObject({ code: 'user.verificationOpen', verificationId: id });
    expect(await problemFrom(client.readVerification('x'))).toMatchObject({ verificationId: null });
    world.time.resume();
    await world.settle();
  });

  test('makes a refusal a problem with code, fields and when to ask again', async () => {
    const problem = await problemFrom(client.requestVerification({ userId: 'u-1', number: '+46' }));
    expect(problem).toMatchObject({ name: 'PoundkeyProblem', code: 'number.invalid', status: 422 });
    expect(problem.problems).toEqual([{ field: '/number', rule: expect.any(String) }]);
    expect(problem.instance).toMatch(/^urn:poundkey:request:/);
    const stranger = createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: 'pk_nobody' });
    expect(await problemFrom(stranger.readPolicy())).toMatchObject({ code: 'apiKey.invalid', status: 401 });
    await client.replacePolicy({ version: 1, limits: { perUser: { count: 1, windowS: 600 } } }, 1);
    onTestFinished(async () => void (await client.replacePolicy({ version: 1 }, 2)));
    const { userId } = await ask('press-pound');
    const tooMany = await problemFrom(client.requestVerification({ userId, number: world.newNumber() }));
    expect(tooMany).toMatchObject({ code: 'limit.reached', status: 429, retryAfterS: expect.any(Number) });
    expect((await client.listPolicyVersions()).map(({ version }) => version)).toEqual([2, 1]);
  });

  test('does what administrators do', async () => {
    expect(await client.changeUserProfile('u-2', { locale: 'sv-SE', pin: '48071' })).toEqual({
      locale: 'sv-SE',
      hasPin: true,
    });
    expect(await client.readUserProfile('u-2')).toMatchObject({ hasPin: true });
    expect(await client.blockUser('u-2', { reason: 'left' })).toMatchObject({ blocked: true });
    expect(await client.readBlock('u-2')).toMatchObject({ reason: 'left' });
    expect(await client.unblockUser('u-2')).toMatchObject({ blocked: false });
    const pauses = { pauseBeforeS: 2, pauseAfterS: 1.5 };
    const entra = await client.createEntraPhoneProvider({
      name: 'Contoso',
      directoryId: '11111111-2222-4333-8444-555555555555',
      audiences: ['api://phone.example.com/x'],
    });
    expect(await client.changeEntraPhoneProvider(entra.id, { name: 'Main' })).toMatchObject({
      name: 'Main',
      times: 2,
    });
    const added = await client.addEntraMessageKey(entra.id);
    expect((await client.listEntraPhoneProviders())[0]?.keys).toHaveLength(2);
    expect(await client.retireEntraMessageKey(entra.id, added.keyId)).toBeUndefined();
    expect(await client.removeEntraPhoneProvider(entra.id)).toBeUndefined();
    const profile = await client.setPbxProfile({ number: '08-123 456 78', country: 'SE', ...pauses });
    expect(profile).toEqual({ id: expect.any(String), number: '+46812345678', ...pauses });
    expect(await client.listPbxProfiles({ limit: 10 })).toEqual([profile]);
    expect(await client.readPbxProfile(profile.id)).toEqual(profile);
    expect(await client.removePbxProfile(profile.id)).toBeUndefined();
    expect(await client.listPbxProfiles({ after: profile.id })).toEqual([]);
    const ids = { applicationId: randomUUID(), directoryIds: [randomUUID()] };
    const method = await client.createEntraMethod({ displayName: 'Desk phone', ...ids });
    expect(method).toMatchObject({ ...ids, cloud: 'global', issuer: expect.stringContaining(method.id) });
    expect(await client.listEntraMethods()).toEqual([method]);
    expect(await client.readEntraMethod(method.id)).toEqual(method);
    const changed = await client.changeEntraMethod(method.id, { firstTime: 'self' });
    expect(changed).toEqual({ ...method, firstTime: 'self' });
    const { code } = await client.createEnrolmentCode('u-enrol', { forS: 3_600 });
    expect(code).toHaveLength(14);
    expect(await client.removeEnrolmentCode('u-enrol')).toBeUndefined();
    expect(await client.removeEntraMethod(method.id)).toBeUndefined();
    const { secret, ...hook } = await client.createDeliveryHook({ kind: 'okta', name: 'Okta' });
    expect(secret).toMatch(/^whsec_/);
    expect(await client.listDeliveryHooks()).toEqual([hook]);
    expect(await client.removeDeliveryHook(hook.id)).toBeUndefined();
  });

  test('reads the outcome that is posted, and refuses one that is not from Poundkey', async () => {
    const posted = Promise.withResolvers<{ headers: Record<string, string>; body: string }>();
    const app = express().use(express.text({ type: () => true }), (req, res) => {
      posted.resolve({ headers: req.headers as Record<string, string>, body: req.body });
      res.sendStatus(204);
    });
    const receiver = await listen(app, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => receiver.close(1_000));
    // What earlier tests asked for must not be posted here.
    await world.settle();
    await client.putWebhookEndpoint({ url: receiver.url, types: ['verification.finished'] });
    const { secret } = await client.rotateWebhookSecret();
    expect(await client.readWebhookEndpoint()).toMatchObject({
      url: receiver.url,
      types: ['verification.finished'],
    });
    const { id } = await ask('busy');
    await world.settle();
    await world.service.outbox.deliverDue();
    const { headers, body } = await posted.promise;
    // The service lives in the test's time, so what it signed is signed again for now.
    const now = new Date();
    const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', now, body);
    const fresh = {
      'webhook-id': headers['webhook-id'] ?? '',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signature,
    };
    expect(readOutcomeWebhook(secret, { headers: fresh, body })).toMatchObject({
      type: 'verification.finished',
      data: { verificationId: id, outcome: 'busy' },
    });
    const forged = { headers: fresh, body: body.replace('busy', 'approved') };
    expect(() => readOutcomeWebhook(secret, forged)).toThrow('No matching signature');
    const [message] = await client.listWebhookMessages({ state: 'delivered' });
    const resent = await problemFrom(client.resendWebhookMessage(message?.id ?? ''));
    expect(resent).toMatchObject({ code: 'webhookMessage.notDead' });
    expect(await client.removeWebhookEndpoint()).toEqual({ undelivered: 0 });
  });
});

describe('the schema of jobs', () => {
  test('is served to everybody, to be read only', async () => {
    const world = await worldOfThisTest('embedded');
    const ask = clientOf(() => world.service.url ?? '', null);
    const answer = await ask('GET', '/schemas/verification-job.json');
    expect(answer.headers.get('content-type')).toMatch(/^application\/schema\+json/);
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(verificationJobSchema())));
    const changed = await ask('PUT', '/schemas/verification-job.json', {});
    expect(changed).toMatchObject({ status: 405, body: { code: 'route.methodNotAllowed' } });
    expect(changed.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('waiting for an outcome', () => {
  /** A service that answers as it is told, one answer after the other; the last again and again. */
  async function serve(...answers: [status: number, body: object | string][]) {
    let asked = 0;
    const server = createServer((req, res) => {
      const [status, body] = answers[Math.min(asked++, answers.length - 1)] ?? [500, ''];
      const type = typeof body === 'string' ? 'text/event-stream' : 'application/problem+json';
      res.writeHead(status, { 'content-type': type });
      if (req.url?.endsWith('/events') && status === 200) return void res.write(body);
      res.end(typeof body === 'string' ? body : JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.closeAllConnections());
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    return createPoundkeyClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'pk_x' });
  }
  const open = { id: 'v', state: 'ringing' };
  const finished = { id: 'v', state: 'finished', outcome: 'approved' };
  const full = { code: 'progress.tooManyStreams', status: 503, title: 'Full', detail: 'Full.' };

  test('looks again while streams and the service cannot be had', async () => {
    const client = await serve([200, open], [503, full], [502, '<html>'], [200, finished]);
    expect(await client.waitForOutcome('v', { timeLimitMs: 20_000 })).toEqual(finished);
  });

  test('passes on states that it does not know yet, as Microsoft Graph has them', async () => {
    const state = { smsSignInState: 'unknownFutureValue', canBeEnabled: false };
    expect(await (await serve([200, state])).readSmsSignIn('u-1')).toEqual(state);
  });

  test('ends with the time limit, also while the stream says nothing', async () => {
    const client = await serve([200, open], [200, 'retry: 1000\n\n']);
    const waited = client.waitForOutcome('v', { timeLimitMs: 100 });
    await expect(waited).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('ends at once when the service refuses', async () => {
    const problem = { code: 'verification.notFound', status: 404, title: 'None', detail: 'None.' };
    const waited = (await serve([404, problem])).waitForOutcome('v');
    await expect(waited).rejects.toMatchObject({ code: 'verification.notFound', status: 404 });
  });

  test('an answer that is not from Poundkey is a problem of its own', async () => {
    const read = (await serve([502, '<html>Bad gateway'])).readVerification('v');
    await expect(read).rejects.toMatchObject({ code: 'answer.unreadable', status: 502 });
  });
});
