// Whatever happens, no secret and no whole phone number is found in a log, a job, a store, an address or an error,
// but in the columns that are there for numbers.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createPoundkeyClient } from '../../src/client.ts';
import type { RestFault } from '../../src/simulator/faults.ts';
import { SCENARIO_NAMES } from '../../src/simulator/scenarios.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { register } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn, newMobile, setSignIn } from '../support/sign-ins.ts';
import { describeEachStore } from '../support/stores.ts';
import { clientOf } from '../support/world.ts';
import { type NetworkTap, signedForm, tapNetwork } from './network-tap.ts';
import {
  apiKeyForms,
  assertionForms,
  codeForms,
  dumpText,
  keyRingForms,
  type Needles,
  numberForms,
  type Places,
  passwordForms,
  rowsText,
  search,
  signingKeyForms,
  tokenForms,
} from './secrecy-search.ts';
import { dumpDatabase, readJobs, readRedis, readRows } from './stored-text.ts';

const PIN = '48071593';
const WRONG_SECRET = 'w'.repeat(43);

/** A parameter in the description of the API. */
interface Parameter {
  in: string;
  name: string;
  schema: Parameters<typeof z.fromJSONSchema>[0];
}

/** The parameters of all operations that are part of addresses. */
function placesInAddresses(document: { paths: Record<string, object> }): Parameter[] {
  const operations: { parameters?: Parameter[] }[] = Object.values(document.paths).flatMap(Object.values);
  return operations
    .flatMap(({ parameters = [] }) => parameters)
    .filter(({ in: place }) => place !== 'header');
}

/** Whether a parameter is named like a number, or would take one. From and to may be times, which no number is. */
function takesNumber({ name, schema }: Parameter): boolean {
  if (typeof schema === 'object' && schema.format === 'date-time') return false;
  const isNamedSo = /number|phone|extension|msisdn|e164|tel|^to$|^from$/i.test(name);
  return isNamedSo || z.fromJSONSchema(schema).safeParse('+46812345678').success;
}

/** A network that repeats the number it was given, as Twilio's messages do. */
const refuse = (status: number, code: number, number: string): RestFault => ({
  refuse: { status, code, message: `The 'To' number ${number} is not a valid phone number.` },
});
const FAULTS: ((number: string) => RestFault)[] = [
  () => 'drop',
  () => 'acceptAndDrop',
  () => 'tooManyRequests',
  () => 'serverError',
  () => 'html',
  (number) => refuse(400, 21211, number),
  (number) => refuse(400, 21216, number),
  (number) => refuse(401, 20003, number),
  (number) => refuse(400, 99999, number),
];

const OPTIONS = {
  config: { logLevel: 'trace', webhooks: { allowPrivate: true, timeLimitMs: 1_000 } },
} as const;

describeEachStore('what a service leaves behind', (combination) => {
  let tap: NetworkTap;
  // It listens before the service starts, and until it has stopped.
  beforeAll(() => {
    tap = tapNetwork();
  });
  afterAll(() => tap?.close());
  const { world, stores } = worldOn(combination, OPTIONS);
  let places: Places;
  let failedJobs = '';
  const needles: Needles = new Map();
  const refused: string[] = [];

  const newNumber = () => {
    const number = world.newNumber();
    needles.set(`the number ${number}`, numberForms(number));
    return number;
  };
  const ask = async (body: Record<string, unknown>, api = world.api) => {
    const answer = await api('POST', '/v1/verifications', { userId: `u-${randomUUID()}`, ...body });
    if (answer.status >= 400) refused.push(JSON.stringify(answer.body));
    return answer;
  };

  /** Desk phones of all kinds, faults of the network, a cancellation. */
  async function callPhones(): Promise<void> {
    for (const scenario of SCENARIO_NAMES) {
      const number = newNumber();
      world.simulator.desk.script(number, scenario);
      expect(await ask({ number })).toMatchObject({ status: 201 });
    }
    for (const fault of FAULTS) {
      const number = newNumber();
      world.simulator.faults.next('create', fault(number), { to: number });
      expect(await ask({ number })).toMatchObject({ status: 201 });
    }
    const unheard = newNumber();
    world.simulator.faults.webhooks({ kind: 'status', do: 'lose', to: unheard });
    world.simulator.faults.next('fetch', 'html');
    expect(await ask({ number: unheard })).toMatchObject({ status: 201 });
    const { body } = await ask({ number: newNumber() });
    expect(await world.api('POST', `/v1/verifications/${body.id}/cancel`)).toMatchObject({ status: 200 });
    await world.settle();
  }

  /** Codes by text message: typed wrongly, sent again, typed rightly, never typed. */
  async function sendCodes(): Promise<void> {
    for (const [place, isTyped] of [true, false].entries()) {
      const number = `+4670987650${place}`;
      needles.set(`the number ${number}`, numberForms(number));
      const { body } = await ask({ number, channel: 'sms' });
      await world.sendTexts();
      await world.time.advance(30_000);
      await world.api('POST', `/v1/verifications/${body.id}/resend`);
      await world.sendTexts();
      const code = world.codeOn(number);
      needles.set(`the code to ${number}`, codeForms(code));
      const check = (typed: string) =>
        world.api('POST', `/v1/verifications/${body.id}/check`, { code: typed });
      refused.push(JSON.stringify((await check(code === '000000' ? '111111' : '000000')).body));
      if (isTyped) expect(await check(code)).toMatchObject({ status: 200 });
    }
  }

  /** Assertions that are redeemed rightly, twice, wrongly, and never. */
  async function signIn(): Promise<void> {
    const number = newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const userId = 'u-signs-in';
    await ask({ userId, number });
    await world.settle();
    for (const isRedeemed of [true, false]) {
      const { body } = await ask({ userId, purpose: 'signIn' });
      await world.settle();
      const wanted = { nonce: 'n-0S6_WzA2Mj' };
      const issued = await world.api('POST', `/v1/verifications/${body.id}/assertion`, wanted);
      expect(issued.status).toBe(200);
      const { assertion } = issued.body;
      needles.set(`the assertion of ${body.id}`, assertionForms(assertion));
      const redeem = async (given: object) =>
        refused.push(JSON.stringify((await world.api('POST', '/v1/assertions/redeem', given)).body));
      await redeem({ assertion, nonce: 'wrong' });
      await redeem({ assertion: assertion.slice(0, -9), ...wanted });
      await redeem({ assertion: ` ${assertion}`, ...wanted });
      await redeem({ ...wanted, [assertion]: assertion.slice(0, 20) });
      if (!isRedeemed) continue;
      expect(await world.api('POST', '/v1/assertions/redeem', { assertion, ...wanted })).toMatchObject({
        status: 200,
      });
      await redeem({ assertion, ...wanted });
    }
  }

  /** A sign-in with a number that is a user name, one that is nobody's, and what is typed wrongly. */
  async function signInByNumber(): Promise<void> {
    await storePolicy({ smsSignIn: { allowed: true } });
    const [number, unknown] = [newMobile(), newMobile()];
    const phone = {
      tenantId: 'contoso',
      userId: 'u-by-number',
      phoneType: 'mobile',
      phoneNumber: number,
    } as const;
    await setSignIn(world, await register(world, phone), true);
    for (const each of [number, unknown]) needles.set(`the number ${each}`, numberForms(each));
    const asked = await askSignIn(world, number);
    const decoy = await askSignIn(world, unknown);
    await world.sendTexts();
    const code = world.codeOn(number);
    needles.set(`the code to ${number}`, codeForms(code));
    const check = (id: string, typed: string) =>
      world.api('POST', `/v1/sign-ins/${id}/check`, { code: typed });
    for (const { body } of [asked, decoy])
      refused.push(JSON.stringify((await check(body.id, code === '000000' ? '111111' : '000000')).body));
    const { status, body } = await check(asked.body.id, code);
    expect(status).toBe(200);
    const { assertion, deviceToken } = body;
    needles.set('the assertion of a sign-in by number', assertionForms(assertion));
    needles.set('a device token', deviceToken.split('.').slice(1));
    for (const extra of [{ deviceToken }, { deviceToken: `${deviceToken}0` }])
      refused.push(JSON.stringify((await askSignIn(world, number, extra)).body));
    refused.push(JSON.stringify((await check(asked.body.id, code)).body));
    await world.sendTexts();
    await world.time.advance(601_000);
    await world.settle();
  }

  /** Refused numbers and keys, unsigned and wrongly signed webhooks. */
  async function sendWrongThings(): Promise<void> {
    const number = newNumber();
    for (const wrong of [
      `${number}#`,
      `${number}x123456789012`,
      `${number}9`,
      ` ${number}☎`,
      number.slice(3),
    ])
      expect((await ask({ number: wrong })).status).toBe(422);
    expect((await ask({ number, country: 'US' })).status).toBe(422);
    expect((await ask({ number, phone: number })).status).toBe(400);
    for (const key of [`${world.key.slice(0, -43)}${WRONG_SECRET}`, `${world.key} x`])
      expect(
        (
          await ask(
            { number },
            clientOf(() => world.service.url ?? '', key),
          )
        ).status,
      ).toBe(401);
    const { id } = await world.db.selectFrom('callAttempt').select('id').executeTakeFirstOrThrow();
    const url = `${world.service.url}/webhooks/calls/${id}/digits`;
    const fields = { CallSid: 'CA1', To: number, Digits: number.slice(1) };
    const wrongly = signedForm('another-token', url, fields);
    const rightly = signedForm(tap.account().token, url, fields);
    const unsigned = { ...wrongly, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const statuses = [wrongly, rightly, unsigned].map(async (sent) => {
      const answer = await fetch(url, { method: 'POST', ...sent });
      refused.push(await answer.text());
      return answer.status;
    });
    expect(await Promise.all(statuses)).toEqual([403, 200, 400]);
  }

  /** Writes the policy as it is: no request would be let in with one that cannot be read. */
  async function storePolicy(policy: object): Promise<void> {
    await setPolicy(world, { ...policy });
  }

  /** A policy that cannot be read fails requests and jobs. */
  async function breakPolicy(): Promise<void> {
    const { queue } = world.service.jobs;
    const number = newNumber();
    await queue.pause();
    const { body } = await ask({ number });
    await storePolicy({ organisation: number, locale: number });
    expect(await ask({ number })).toMatchObject({ status: 500 });
    await queue.resume();
    await vi.waitFor(
      async () => expect((await queue.getJob(body.id))?.failedReason).toContain('policy is not valid'),
      SOON,
    );
    // It goes when it has been done.
    failedJobs = await readJobs(world);
    await storePolicy({});
    // Versions are kept; this one no request could have stored.
    await world.db.deleteFrom('policyVersion').where(sql<boolean>`document->>'locale' = ${number}`).execute();
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ state: 'finished' });
  }

  /** A backend does everything that is about a number and is no call; the client chooses the addresses. */
  async function askAboutNumbers(): Promise<void> {
    const client = createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: world.key });
    const [number, other] = [newNumber(), newNumber()];
    const national = { number: `0${number.slice('+46'.length)}`, country: 'SE' };
    await client.readCapabilities('u-asks', { ...national, extension: '12' });
    await client.readCapabilities('u-asks', { number: `${other}x12` });
    const pauses = { pauseBeforeS: 1, pauseAfterS: 1 };
    const kept = await client.setPbxProfile({ ...national, ...pauses });
    const { id } = await client.setPbxProfile({ number: other, ...pauses });
    expect(await client.readPbxProfile(kept.id)).toMatchObject({ number });
    expect(await client.listPbxProfiles()).toHaveLength(2);
    await client.removePbxProfile(id);
    const missed = await client.readPbxProfile(id).catch((problem: unknown) => problem);
    refused.push(JSON.stringify(missed));
  }

  /** What audit events tell of, besides calls. */
  async function changeWhatIsAudited(): Promise<void> {
    const { body } = await world.api('POST', '/v1/webhook-endpoint/rotate-secret');
    needles.set('the new webhook secret', [body.secret, body.secret.replace('whsec_', '')]);
    const { key, id } = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'audited' });
    needles.set('another API key', apiKeyForms(key));
    await world.service.apiKeys.revoke(id);
    await world.api('PUT', '/v1/users/u-audited/block', { reason: 'phone stolen' });
    await world.api('DELETE', '/v1/users/u-audited/block');
  }

  async function reveal(id: string): Promise<void> {
    const { status, body } = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    expect(status).toBe(200);
    needles.set(`the app password of ${id}`, passwordForms(body.appPassword));
  }

  /** The audit trail as a tenant gets it. */
  async function exportAudit(): Promise<string> {
    const headers = { authorization: `Bearer ${world.key}` };
    return (await fetch(`${world.service.url}/v1/audit-events/export`, { headers })).text();
  }

  async function collect(): Promise<Places> {
    const metrics = await fetch(`${world.service.opsUrl}/metrics`);
    return {
      log: world.log.join(''),
      jobs: `${failedJobs}${await readJobs(world)}`,
      redis: await readRedis(stores),
      rows: rowsText(await readRows(world)),
      dump: dumpText(dumpDatabase(stores)),
      // The search for a lost call names the number in its query: Twilio's REST API has no other way.
      addresses: tap.requests.filter((request) => !request.startsWith('GET /2010-04-01/')).join('\n'),
      errors: refused.join('\n'),
      metrics: await metrics.text(),
      audit: await exportAudit(),
    };
  }

  function addSecretsOfTheService(): void {
    const { config } = world;
    const dataDir = config.database.kind === 'embedded' ? config.database.dataDir : '';
    const kept = dataDir ? JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) : {};
    const { hashKeys, sealKeys, signingKeys } = { ...kept, ...config.secrets };
    needles.set('the hash keys', keyRingForms(hashKeys));
    needles.set('the seal keys', keyRingForms(sealKeys));
    needles.set('the signing keys', signingKeyForms(config.signingKeys ?? signingKeys));
    needles.set('the API key', apiKeyForms(world.key));
    needles.set('a wrong API key', [WRONG_SECRET]);
    needles.set('the auth token', tokenForms(tap.account()));
    needles.set('the PIN', [PIN]);
  }

  beforeAll(async () => {
    const endpoint = await world.api('PUT', '/v1/webhook-endpoint', { url: 'http://127.0.0.1:9/outcomes' });
    needles.set('the webhook secret', [endpoint.body.secret, endpoint.body.secret.replace('whsec_', '')]);
    await world.api('PUT', '/v1/users/u-pin/profile', { pin: PIN });
    await changeWhatIsAudited();
    // First, since it takes longer than an app password can be revealed.
    await signInByNumber();
    await callPhones();
    await sendWrongThings();
    await askAboutNumbers();
    await breakPolicy();
    await signIn();
    addSecretsOfTheService();
    const approved = await world.db
      .selectFrom('appPassword')
      .select('verificationId as id')
      .where('sealed', 'is not', null)
      .where('sealedUntil', '>', new Date(world.time.now()))
      .execute();
    expect(approved.length).toBeGreaterThan(3);
    const [shown, ...sealed] = approved;
    await reveal(shown?.id ?? '');
    await sendCodes();
    places = await collect();
    for (const { id } of sealed) await reveal(id ?? '');
  });

  test('is worth searching: every place has something in it', () => {
    const onServer = combination === 'embedded' ? [] : ['dump'];
    const filled = ['log', 'jobs', 'rows', 'addresses', 'errors', 'metrics', 'audit', ...onServer];
    if (combination === 'postgres+redis') filled.push('redis');
    for (const place of filled) expect(places[place]?.length, place).toBeGreaterThan(500);
    expect(places.log).toContain('"level":"debug"');
    expect(places.log).toContain('simulator: heard');
    expect(places.jobs).toContain('policy is not valid');
    expect(needles.size).toBeGreaterThan(30);
    for (const type of [
      'webhookEndpoint.secretRotated',
      'apiKey.revoked',
      'userProfile.changed',
      'appPassword.issued',
      'assertion.issued',
      'assertion.redeemed',
    ])
      expect(places.audit).toContain(type);
  });

  test('holds no secret and no whole number', () => {
    expect(search(places, needles)).toEqual([]);
    const { rows, dump, ...others } = places;
    const line = world.config.lines.default[0].number;
    expect(search(others, new Map([['the caller line', [line.slice(2)]]]))).toEqual([]);
  });

  test('is told of numbers in bodies only: no address of the API has a place for one', async () => {
    for (const asked of [
      'POST /v1/users/u-asks/capabilities',
      'PUT /v1/pbx-profiles',
      'GET /v1/pbx-profiles/',
    ])
      expect(places.addresses).toContain(asked);
    const { body } = await world.api('GET', '/openapi.json');
    const parameters = placesInAddresses(body);
    expect(parameters.length).toBeGreaterThan(10);
    // What a tenant calls its users is its own affair: the id is opaque.
    const forNumbers = parameters.filter(({ name }) => name !== 'userId').filter(takesNumber);
    expect(forNumbers).toEqual([]);
    const asText: Parameter = { in: 'query', name: 'switchboard', schema: { type: 'string' } };
    const byName: Parameter = { in: 'path', name: 'number', schema: { enum: ['x'] } };
    expect([asText, byName].filter(takesNumber)).toHaveLength(2);
  });

  test('would be found out: whatever is planted is found where it is', async () => {
    const number = newNumber();
    const [[what, [secret = '']] = ['', []]] = [...needles].filter(([name]) => name.startsWith('the app'));
    world.service.log.info({ dialed: number }, 'planted');
    // Never due: a job that asks for nothing fails and loses its data.
    await world.service.jobs.queue.add('planted', { number }, { jobId: randomUUID(), delay: 86_400_000 });
    const at = new Date(world.time.now());
    const data = JSON.stringify({ secret, number });
    await world.db
      .insertInto('auditEvent')
      .values({ id: randomUUID(), tenantId: 'contoso', userId: null, type: 'planted', data, at })
      .execute();
    await world.api('GET', `/v1/users/${number}/phone-methods`);
    refused.push(number);
    await world.time.advance(1);
    const found = search(await collect(), needles);
    const kept = [...(combination === 'embedded' ? ['rows'] : ['rows', 'dump']), 'audit'];
    const queued = combination === 'postgres+redis' ? ['jobs', 'redis'] : ['jobs'];
    expect(found.sort()).toEqual(
      [
        ...['log', 'addresses', 'errors', ...queued, ...kept].map(
          (place) => `${place} holds the number ${number}`,
        ),
        ...kept.map((place) => `${place} holds ${what}`),
      ].sort(),
    );
  });
});
