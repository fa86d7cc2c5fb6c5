// The outcome webhooks that /openapi.json describes against those that are posted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { APP_PASSWORD_MESSAGES } from '../../src/app-passwords/messages.ts';
import { MESSAGE_TYPES } from '../../src/journey/states.ts';
import { PHONE_METHOD_MESSAGES } from '../../src/phone-methods/messages.ts';
import { makeAppPassword } from '../support/older-apps.ts';
import { worldOn } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { register } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts';
import { clientOf } from '../support/world.ts';

interface Webhook {
  security: object[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody: { content: Record<string, { schema: object }> };
}

const { world } = worldOn('embedded', { config: { webhooks: { allowPrivate: true, timeLimitMs: 1_000 } } });
let receiver: Receiver;
let webhooks: Record<string, { post: Webhook }>;
let schemas: object;

beforeAll(async () => {
  receiver = await openReceiver();
  await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
  const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
  webhooks = body.webhooks;
  schemas = body.components.schemas;
});
afterAll(() => receiver.close());

/** What the description has against a value. */
function deviations(schema: object, value: unknown): unknown[] {
  const whole = JSON.stringify({ ...schema, $defs: schemas });
  const own = JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema(own).safeParse(value).error?.issues ?? [];
}

test.each([
  ['press-pound', ['verification.finished']],
  ['busy', ['verification.finished']],
  ['fraud', ['verification.finished', 'fraud.reported']],
] as const)('after "%s" each is as described', async (scenario, types) => {
  const { id } = await world.story(scenario);
  await expectPosted(id, types);
});

test('after wrong answers that lock the challenge each is as described', async () => {
  const { api } = await world.addTenant('fabrikam', { challenge: 'numberMatch' });
  await api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
  const number = world.newNumber();
  world.simulator.desk.script(number, pressing('1#', '2#', '3#'));
  const guess = async () => {
    const { body } = await api('POST', '/v1/verifications', { userId: 'u-1', number });
    await world.settle();
    return body.id;
  };
  await guess();
  await world.time.advance(1_000_000);
  await guess();
  await world.time.advance(1_000_000);
  await expectPosted(await guess(), ['verification.finished', 'challenge.locked']);
});

test('about phones and users each is as described', async () => {
  const { userId } = await world.story('press-pound');
  const path = `/v1/users/${userId}/phone-methods`;
  const mobile = await world.api('POST', path, { phoneType: 'mobile', number: '+46701234567' });
  await world.api('PATCH', `${path}/${mobile.body.id}`, { number: '+46701234568' });
  await world.api('PATCH', `${path}/${mobile.body.id}`, { number: '+46701234568' });
  await world.api('DELETE', `${path}/${mobile.body.id}`);
  for (let round = 0; round < 2; round += 1)
    await world.api('POST', `/v1/users/${userId}/require-reregistration`);
  await world.story('press-pound', { userId });
  await world.service.outbox.deliverDue();
  const posted = receiver
    .about(userId)
    .map(({ body }) => JSON.parse(body))
    .filter(({ data }) => data.verificationId === undefined);
  const told = posted.map(({ type, data }) => [
    type,
    data.phoneType ?? null,
    data.isVerified ?? null,
    data.by,
  ]);
  // They are posted side by side.
  expect(told.map(String).toSorted()).toEqual(
    [
      ['phoneMethod.added', 'office', true, 'user'],
      ['phoneMethod.added', 'mobile', false, 'administrator'],
      ['phoneMethod.changed', 'mobile', false, 'administrator'],
      ['phoneMethod.removed', 'mobile', false, 'administrator'],
      ['user.reregistrationRequired', null, null, 'administrator'],
      ['phoneMethod.changed', 'office', true, 'user'],
    ]
      .map(String)
      .toSorted(),
  );
  for (const body of posted) {
    const schema = webhooks[body.type]?.post.requestBody.content['application/json']?.schema;
    expect(schema && deviations(schema, body)).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/0123456/);
  }
});

test('about numbers as user names each is as described', async () => {
  await setPolicy(world, { smsSignIn: { allowed: true } });
  const [one, two] = ['u-one', 'u-two'] as const;
  const phone = { phoneType: 'mobile', phoneNumber: '+46701239999' } as const;
  const ids = [await register(world, { userId: one, ...phone })];
  await world.time.advance(1_000);
  ids.push(await register(world, { userId: two, ...phone }));
  const ask = (userId: string, id: string | undefined, what: string) =>
    world.api('POST', `/v1/users/${userId}/phone-methods/${id}/${what}-sms-sign-in`);
  for (const [userId, id, what] of [
    [one, ids[0], 'enable'],
    [two, ids[1], 'enable'],
    [one, ids[0], 'disable'],
  ] as const)
    await ask(userId, id, what);
  await world.service.outbox.deliverDue();
  const posted = receiver.about(one).map(({ body }) => JSON.parse(body));
  expect(posted.map(({ type, data }) => `${type} ${data.isSmsSignInEnabled}`).toSorted()).toEqual([
    'phoneMethod.added false',
    'phoneMethod.smsSignInContested true',
    'phoneMethod.smsSignInDisabled false',
    'phoneMethod.smsSignInEnabled true',
  ]);
  for (const body of posted) {
    const schema = webhooks[body.type]?.post.requestBody.content['application/json']?.schema;
    expect(schema && deviations(schema, body)).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/0123999|u-two/);
  }
});

test('about app passwords that are revoked each is as described, whoever revokes them', async () => {
  const { userId, number } = await world.story('press-pound');
  const [own] = (await world.api('GET', `/v1/users/${userId}/app-passwords`)).body.value;
  const [one, two, three] = [
    await makeAppPassword(world, userId),
    await makeAppPassword(world, userId),
    await makeAppPassword(world, userId),
  ];
  const path = `/v1/users/${userId}/app-passwords`;
  await world.api('DELETE', `${path}/${one.id}`);
  await world.api('DELETE', path);
  await world.api('DELETE', path);
  const four = await makeAppPassword(world, userId);
  await world.api('POST', `/v1/users/${userId}/password-was-reset`);
  const five = await makeAppPassword(world, userId);
  world.simulator.desk.script(number.e164, 'fraud');
  await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
  await world.settle();
  await world.service.outbox.deliverDue();
  const posted = receiver
    .about(userId)
    .map(({ body }) => JSON.parse(body))
    .filter(({ type }) => type === 'appPassword.revoked');
  expect(posted.map(({ data }) => data.appPasswordIds).toSorted()).toEqual(
    [[one.id], [own.id, two.id, three.id], [four.id], [five.id]].toSorted(),
  );
  for (const body of posted)
    expect(
      deviations(webhooks[body.type]?.post.requestBody.content['application/json']?.schema ?? {}, body),
    ).toEqual([]);
});

async function expectPosted(id: string, types: readonly string[]): Promise<void> {
  for (let round = 0; round < types.length; round += 1) await world.service.outbox.deliverDue();
  const posted = receiver.about(id).map(({ headers, body }) => ({ headers, body: JSON.parse(body) }));
  expect(posted.map(({ body }) => body.type)).toEqual(types);
  for (const { headers, body } of posted) {
    const described = webhooks[body.type]?.post;
    const schema = described?.requestBody.content['application/json']?.schema;
    expect(schema && deviations(schema, body)).toEqual([]);
    expect(schema && deviations(schema, { ...body, type: 'other' })).not.toEqual([]);
    expect(described?.security).toEqual([]);
    expect(described?.parameters.map(({ name }) => name)).toEqual([
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ]);
    for (const { name, schema: header } of described?.parameters ?? [])
      expect(deviations(header, headers[name]), name).toEqual([]);
  }
}

test('are those that can be posted', () => {
  expect(Object.keys(webhooks)).toEqual([
    ...MESSAGE_TYPES,
    ...PHONE_METHOD_MESSAGES,
    ...APP_PASSWORD_MESSAGES,
  ]);
});
