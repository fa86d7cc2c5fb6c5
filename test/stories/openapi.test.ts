// The description at /openapi.json against the service that it describes: every route is there, and what the routes
// answer is what they are said to answer.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { worldOn } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { newMobile, signer } from '../support/sign-ins.ts';
import { type Answer, clientOf } from '../support/world.ts';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: Field }> };
  responses: Record<string, Promised>;
  /** Empty: asks nothing of callers; left out: what the whole document asks. */
  security?: object[];
}
interface Promised {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema: object }>;
}
interface Field {
  description?: string;
  properties?: Record<string, Field>;
}
interface Described extends Operation {
  method: string;
  path: string;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';

const { world } = worldOn('embedded', { config: { webhooks: { allowPrivate: true, timeLimitMs: 1_000 } } });
let api: Document;
let operations: Map<string, Described>;
/** Headers that programs read, wherever they are sent. */
const HEADERS = ['ETag', 'Location', 'Retry-After'];
/** Successful answers so far, such as `readVerification 200`. */
const answered = new Set<string>();

beforeAll(async () => {
  const { status, body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
  expect(status).toBe(200);
  api = body;
  const all = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );
  operations = new Map(all.map((operation) => [operation.operationId, operation]));
});

/** What a JSON schema of the document says about a body; references are to its components. */
function deviations(schema: object, body: unknown): unknown[] {
  const whole = JSON.stringify({ ...schema, $defs: api.components.schemas });
  const own = JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema(own).safeParse(body).error?.issues ?? [];
}

interface Asked {
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks for an operation by its name, and holds the answer against its description. */
async function ask(operationId: string, asked: Asked = {}): Promise<Answer> {
  const operation = operations.get(operationId);
  if (!operation) throw new Error(`The document describes no operation ${operationId}.`);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => asked.path?.[name] ?? UNKNOWN_ID);
  const answer = await world.api(
    operation.method.toUpperCase(),
    path + (asked.query ?? ''),
    asked.body,
    asked.headers,
  );
  const said = operation.responses[answer.status];
  expect(said, `${operationId} is not said to answer ${answer.status}`).toBeDefined();
  const type = answer.headers.get('content-type')?.split(';')[0];
  const schema = said?.content?.[type ?? '']?.schema;
  expect(Object.keys(said?.content ?? {})).toEqual(type === undefined ? [] : [type]);
  if (schema && type !== 'text/event-stream') expect(deviations(schema, answer.body)).toEqual([]);
  const sent = HEADERS.filter((name) => answer.headers.has(name));
  expect(Object.keys(said?.headers ?? {}), `${operationId} ${answer.status}`).toEqual(sent);
  if (answer.status >= 400) expect(said?.description).toContain(`\`${answer.body.code}\``);
  else answered.add(`${operationId} ${answer.status}`);
  return answer;
}

describe('the description', () => {
  test('has every /v1 route that the code defines', async () => {
    const defined: string[] = [];
    for await (const file of glob('src/**/*.ts', { exclude: ['src/platform/**'] }))
      for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/'(\/v1\/[\w/:-]+)'/g))
        defined.push(path.replaceAll(/:(\w+)/g, '{$1}'));
    expect(defined.length).toBeGreaterThan(4);
    expect(Object.keys(api.paths)).toEqual(expect.arrayContaining(defined));
  });

  test('says of each body whether it may be left out', () => {
    const capabilities = api.paths['/v1/users/{userId}/capabilities'];
    expect(capabilities).toMatchObject({ post: { requestBody: { required: false } } });
    expect(api.paths['/v1/pbx-profiles']).toMatchObject({ put: { requestBody: { required: true } } });
  });

  test('says of each field of a policy what it means', () => {
    const fieldsOf = (name: string, schema: Field): [string, Field][] =>
      Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [
        [`${name}.${key}`, field],
        ...fieldsOf(`${name}.${key}`, field),
      ]);
    const sent = operations.get('replacePolicy')?.requestBody?.content['application/json']?.schema;
    const fields = [
      ...fieldsOf('Policy', api.components.schemas.Policy ?? {}),
      ...fieldsOf('sent', sent ?? {}),
    ];
    expect(fields.length).toBeGreaterThan(60);
    expect(fields.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([]);
  });

  test('names the methods of each path as the service allows them', async () => {
    for (const [path, methods] of Object.entries(api.paths)) {
      const answer = await world.api('PROPFIND', path.replaceAll(/\{\w+\}/g, UNKNOWN_ID));
      expect(answer).toMatchObject({ status: 405, body: { code: 'route.methodNotAllowed' } });
      const allowed = answer.headers.get('allow')?.toLowerCase().split(', ') ?? [];
      const named = Object.keys(methods);
      expect(allowed.sort(), path).toEqual([...named, ...(named.includes('get') ? ['head'] : [])].sort());
    }
  });

  test('asks for a key wherever the service does', async () => {
    const stranger = clientOf(() => world.service.url ?? '', null);
    for (const { method, path, responses, security } of operations.values()) {
      if (security?.length === 0) continue;
      const answer = await stranger(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, UNKNOWN_ID));
      expect(answer).toMatchObject({ status: 401, body: { code: 'apiKey.missing' } });
      expect(responses[401]?.description).toContain('`apiKey.missing`');
    }
  });

  test('asks for no key where the service asks for none: for the public keys', async () => {
    const open = [...operations.values()].filter(({ security }) => security?.length === 0);
    expect(open.map(({ operationId }) => operationId)).toEqual(['readKeySet']);
    const stranger = clientOf(() => world.service.url ?? '', null);
    for (const { method, path, responses } of open) {
      expect((await stranger(method.toUpperCase(), path)).status).toBe(200);
      expect(Object.keys(responses)).not.toContain('401');
      expect(Object.keys(responses)).not.toContain('403');
    }
  });

  test('tells a body of another shape from one of the right shape', async () => {
    const schema = { $ref: '#/components/schemas/Verification' };
    const right = await world.story('press-pound');
    expect(deviations(schema, right)).toEqual([]);
    const { state, ...without } = right;
    for (const wrong of [
      without,
      { ...right, state: 'lost' },
      { ...right, number: null },
      { ...right, pin: '1' },
    ])
      expect(deviations(schema, wrong)).not.toEqual([]);
  });
});

describe('the answers are as described', () => {
  test('about a verification from its request to its end', async () => {
    const headers = { 'idempotency-key': 'described' };
    const body = { userId: 'u-1', number: world.newNumber() };
    const { id } = (await ask('requestVerification', { body, headers })).body;
    expect(await ask('requestVerification', { body, headers })).toMatchObject({ status: 200 });
    await ask('readVerification', { path: { id } });
    await world.settle();
    const { body: ended } = await ask('readVerification', { path: { id } });
    expect(ended).toMatchObject({ state: 'finished', outcome: 'approved' });
    await ask('revealAppPassword', { path: { id } });
    const { body: found } = await ask('listVerifications', { query: '?userId=u-1' });
    expect(found).toMatchObject({ value: [{ id }], next: null });
    expect(await ask('revealAppPassword', { path: { id } })).toMatchObject({ status: 410 });
    expect(await ask('cancelVerification', { path: { id } })).toMatchObject({ status: 409 });
    const { body: passwords } = await ask('listAppPasswords', { path: { userId: 'u-1' } });
    expect(passwords.value).toHaveLength(1);
    const [{ id: passwordId }] = passwords.value;
    await ask('revokeAppPassword', { path: { userId: 'u-1', id: passwordId } });
    const wanted = { path: { userId: 'u-1' }, body: { name: 'Phone', services: ['imap'] } };
    for (const _again of [1, 2])
      await ask('createAppPassword', { ...wanted, headers: { 'Idempotency-Key': 'phone-1' } });
    await ask('listAppPasswords', { path: { userId: 'u-1' } });
    await ask('revokeAppPasswords', { path: { userId: 'u-1' } });
    await ask('passwordWasReset', { path: { userId: 'u-1' } });
    const { body: phones } = await ask('listPhoneMethods', { path: { userId: 'u-1' } });
    expect(phones.value).toHaveLength(1);
    const phone = { userId: 'u-1', id: phones.value[0].id };
    await ask('readPhoneMethod', { path: phone });
    await ask('setDefaultPhoneMethod', { path: phone });
    const mobile = { phoneType: 'mobile', number: '+46701234567' };
    for (const status of [201, 200])
      expect(await ask('addPhoneMethod', { path: phone, body: mobile })).toMatchObject({ status });
    await ask('changePhoneMethod', { path: phone, body: { number: world.newNumber() } });
    await ask('importPhoneMethods', { body: { value: [{ userId: 'u-1', number: '4.68E+10' }] } });
    await ask('requireReregistration', { path: phone });
    const { body: exported } = await ask('exportUser', { path: phone });
    expect(exported).toMatchObject({ phoneMethods: [{}, {}], appPasswords: [{}, {}], verifications: [{}] });
    await ask('removePhoneMethod', { path: phone });
    expect(await ask('removePhoneMethod', { path: phone })).toMatchObject({ status: 404 });
    expect((await ask('eraseUser', { path: { userId: 'u-1' } })).body).toMatchObject({ verifications: 1 });
  });

  test.each(['busy', 'wrong-key', 'voicemail', 'unreachable'] as const)(
    'about one that ends with "%s"',
    async (scenario) => {
      const { id } = await world.story(scenario);
      expect((await ask('readVerification', { path: { id } })).body.outcomeText.forUser).toMatch(/\.$/);
    },
  );

  test('about one by text message', async () => {
    const number = '+46701239876';
    const body = { userId: 'u-text', number, channel: 'sms' };
    const { id } = (await ask('requestVerification', { body })).body;
    await world.sendTexts();
    const wrong = world.codeOn(number) === '000000' ? '111111' : '000000';
    expect(await ask('checkCode', { path: { id }, body: { code: wrong } })).toMatchObject({ status: 422 });
    await world.time.advance(30_000);
    expect(await ask('resendCode', { path: { id } })).toMatchObject({ status: 202 });
    await world.sendTexts();
    const code = world.codeOn(number);
    expect(await ask('checkCode', { path: { id }, body: { code } })).toMatchObject({ status: 200 });
    expect(await ask('callInstead', { path: { id } })).toMatchObject({ status: 409 });
  });

  test('about sign-ins by number', async () => {
    await setPolicy(world, { smsSignIn: { allowed: true } });
    const { number } = await signer(world);
    const request = { body: { number, nonce: 'n-1' }, headers: { 'Idempotency-Key': 'sign-in-1' } };
    const { id } = (await ask('requestSignIn', request)).body;
    expect(await ask('requestSignIn', request)).toMatchObject({ status: 200, body: { id } });
    await world.sendTexts();
    expect(await ask('readSignIn', { path: { id } })).toMatchObject({ status: 200 });
    await world.time.advance(30_000);
    expect(await ask('resendSignIn', { path: { id } })).toMatchObject({ status: 202 });
    await world.sendTexts();
    const code = world.codeOn(number);
    expect(await ask('checkSignIn', { path: { id }, body: { code } })).toMatchObject({ status: 200 });
    const returnUrl = 'https://login.contoso.example/signed-in';
    await setPolicy(world, { smsSignIn: { allowed: true }, selfService: { returnUrls: [returnUrl] } });
    expect(await ask('createSignInPage', { body: { returnUrl, nonce: 'n-1' } })).toMatchObject({
      status: 201,
    });
    const elsewhere = { returnUrl: 'https://evil.example/', nonce: 'n-1' };
    expect(await ask('createSignInPage', { body: elsewhere })).toMatchObject({ status: 422 });
    const other = (await ask('requestSignIn', { body: { number: newMobile(), nonce: 'n-1' } })).body;
    expect(await ask('cancelSignIn', { path: { id: other.id } })).toMatchObject({ status: 200 });
    await setPolicy(world, {});
    await world.settle();
  });

  test('about a link to the self-service page', async () => {
    const path = { userId: 'visitor' };
    expect(await ask('createSelfServiceLink', { path, body: { locale: 'sv-SE' } })).toMatchObject({
      status: 201,
    });
    const elsewhere = { returnUrl: 'https://evil.example/' };
    expect(await ask('createSelfServiceLink', { path, body: elsewhere })).toMatchObject({ status: 422 });
  });

  test('about an assertion', async () => {
    const { userId } = await world.story('press-pound');
    const request = { userId, purpose: 'signIn' };
    const { id } = (await ask('requestVerification', { body: request })).body;
    await world.settle();
    const nonce = 'n-0S6_WzA2Mj';
    const issue = (body: object) => ask('issueAssertion', { path: { id }, body });
    expect(await issue({ nonce, audience: 'unknown' })).toMatchObject({ status: 403 });
    const { body: issued } = await issue({ nonce });
    expect(await issue({ nonce })).toMatchObject({ status: 409 });
    const given = { assertion: issued.assertion, nonce };
    for (const [body, status] of [
      [{ ...given, nonce: 'x' }, 422],
      [given, 200],
      [given, 409],
    ])
      expect(await ask('redeemAssertion', { body })).toMatchObject({ status });
  });

  test('about one that is canceled', async () => {
    world.time.pause();
    const { id, userId } = await world.request('press-pound');
    expect(await ask('eraseUser', { path: { userId } })).toMatchObject({ status: 409 });
    expect(await ask('cancelVerification', { path: { id } })).toMatchObject({ status: 200 });
    world.time.resume();
    await world.settle();
  });

  test('about its progress', async () => {
    const { id } = await world.story('press-pound');
    const { body } = await ask('followVerification', { path: { id } });
    const last = [...String(body).matchAll(/^id: ?(\d+)$/gm)].at(-1)?.[1] ?? '';
    const headers = { 'last-event-id': last };
    expect(await ask('followVerification', { path: { id }, headers })).toMatchObject({ status: 204 });
  });

  test('about the audit trail', async () => {
    const { body } = await ask('listAuditEvents');
    expect(body.value.length).toBeGreaterThan(0);
    const { body: lines } = await ask('exportAuditEvents');
    expect(String(lines).split('\n').length).toBeGreaterThan(1);
  });

  test('about the key', async () => {
    expect((await ask('readKey')).body).toMatchObject({ tenantId: 'contoso' });
    expect((await ask('readKeySet')).body).toMatchObject({ keys: [{ kty: 'EC', alg: 'ES256' }] });
  });

  test('about a user', async () => {
    const path = { userId: 'u-2' };
    await ask('readUserProfile', { path });
    await ask('changeUserProfile', { path, body: { locale: 'sv-SE', pin: '480715' } });
    expect((await ask('readUserProfile', { path })).body).toMatchObject({ locale: 'sv-SE', hasPin: true });
  });

  test('about a user who is blocked', async () => {
    const path = { userId: 'u-3' };
    await ask('readBlock', { path });
    await ask('blockUser', { path, body: { reason: 'phone stolen', forS: 3600 } });
    expect((await ask('readBlock', { path })).body).toMatchObject({ blocked: true });
    const { body } = await ask('readCapabilities', { path, body: { number: '+46812345678' } });
    expect(body.signIn.reasons[0]).toMatchObject({ code: 'user.blocked', until: expect.any(String) });
    const request = { userId: 'u-3', number: '+46812345678' };
    expect(await ask('requestVerification', { body: request })).toMatchObject({ status: 403 });
    await ask('unblockUser', { path });
    expect((await ask('readCapabilities', { path })).body.registerOfficePhone.allowed).toBe(true);
  });

  test('about the policy', async () => {
    const { headers, body } = await ask('readPolicy');
    const before = (await ask('listPolicyVersions')).body.value;
    const document = { ...body.policy, ringTimeoutS: 25 };
    const etag = headers.get('etag') ?? '';
    await ask('replacePolicy', { body: document, headers: { 'if-match': etag } });
    const again = await ask('replacePolicy', { body: document, headers: { 'if-match': etag } });
    expect(again).toMatchObject({ status: 412 });
    expect(await ask('replacePolicy', { body: document })).toMatchObject({ status: 428 });
    expect((await ask('listPolicyVersions')).body.value).toHaveLength(before.length + 1);
  });

  test('about one by text message that a call follows', async () => {
    const { body: current } = await ask('readPolicy');
    const { policy, version } = current;
    const textMessage = { ...policy.textMessage, escalation: { toCall: true } };
    const changed = { body: { ...policy, textMessage }, headers: { 'if-match': `"${version}"` } };
    const { body: then } = await ask('replacePolicy', changed);
    const body = { userId: 'u-instead', number: '+46701239877', channel: 'sms' };
    const { id } = (await ask('requestVerification', { body })).body;
    await world.sendTexts();
    expect(await ask('callInstead', { path: { id } })).toMatchObject({ status: 429 });
    await world.time.advance(20_000);
    expect(await ask('callInstead', { path: { id } })).toMatchObject({ status: 202 });
    expect(await ask('cancelVerification', { path: { id } })).toMatchObject({ status: 200 });
    await world.settle();
    await ask('replacePolicy', { body: policy, headers: { 'if-match': `"${then.version}"` } });
  });

  test('about a limit that is reached', async () => {
    const { headers } = await ask('readPolicy');
    const limits = { perUser: { count: 1, windowS: 600 } };
    const change = { body: { version: 1, limits }, headers: { 'if-match': headers.get('etag') ?? '' } };
    const changed = await ask('replacePolicy', change);
    const request = () => ask('requestVerification', { body: { userId: 'u-4', number: world.newNumber() } });
    await request();
    expect(await request()).toMatchObject({ status: 429 });
    const again = { body: { version: 1 }, headers: { 'if-match': changed.headers.get('etag') ?? '' } };
    await ask('replacePolicy', again);
    await world.settle();
  });

  test('about a number as user name', async () => {
    const { headers, body } = await ask('readPolicy');
    const policy = { ...body.policy, smsSignIn: { allowed: true } };
    await ask('replacePolicy', { body: policy, headers: { 'if-match': headers.get('etag') ?? '' } });
    const userId = 'u-text';
    const { value } = (await ask('listPhoneMethods', { path: { userId } })).body;
    const path = { userId, id: value[0].id };
    expect((await ask('readSmsSignIn', { path })).body).toMatchObject({ canBeEnabled: true });
    expect((await ask('enableSmsSignIn', { path })).body).toMatchObject({ smsSignInState: 'ready' });
    await ask('listPhoneMethods', { path });
    expect((await ask('disableSmsSignIn', { path })).body).toMatchObject({ smsSignInState: 'notEnabled' });
    expect((await ask('readSmsSignIn', { path: { userId: 'nobody' } })).body).toMatchObject({
      ...{ smsSignInState: 'notConfigured', phoneNumber: null },
    });
    expect(await ask('enableSmsSignIn', { path: { userId } })).toMatchObject({ status: 404 });
  });

  test('about a switchboard', async () => {
    const profile = { number: '+46812345678', pauseBeforeS: 2, pauseAfterS: 1.5 };
    const { id } = (await ask('setPbxProfile', { body: profile })).body;
    expect((await ask('listPbxProfiles')).body.value).toEqual([{ id, ...profile }]);
    await ask('readPbxProfile', { path: { id } });
    await ask('removePbxProfile', { path: { id } });
    expect(await ask('readPbxProfile', { path: { id } })).toMatchObject({ status: 404 });
    const refused = await ask('setPbxProfile', { body: { ...profile, number: '+46900123456' } });
    expect(refused).toMatchObject({ status: 422 });
  });

  test('about a directory of Microsoft Entra', async () => {
    const directoryId = '11111111-2222-4333-8444-555555555555';
    const body = { name: 'Contoso', directoryId, audiences: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'] };
    const made = (await ask('createEntraPhoneProvider', { body })).body;
    expect((await ask('listEntraPhoneProviders')).body.value).toEqual([made]);
    const path = { id: made.id };
    const changed = (await ask('changeEntraPhoneProvider', { path, body: { times: 3, asksFirst: false } }))
      .body;
    expect(changed).toEqual({ ...made, times: 3, asksFirst: false });
    const { keyId } = (await ask('addEntraMessageKey', { path: { id: made.id } })).body;
    await ask('retireEntraMessageKey', { path: { id: made.id, keyId } });
    const last = { id: made.id, keyId: made.keys[0].keyId };
    expect(await ask('retireEntraMessageKey', { path: last })).toMatchObject({ status: 404 });
    await ask('removeEntraPhoneProvider', { path: { id: made.id } });
    expect(await ask('addEntraMessageKey', { path: { id: made.id } })).toMatchObject({ status: 404 });
  });

  test('about external authentication methods of Entra', async () => {
    const body = {
      ...{ displayName: 'Desk phone', applicationId: '6f1ed002-ab59-4dd6-8e1f-1ae3a0c3d9d2' },
      directoryIds: ['0b1a4f6d-6a0e-4a3f-9a49-1d9b2f1c2e77'],
    };
    const { id } = (await ask('createEntraMethod', { body })).body;
    expect((await ask('listEntraMethods')).body.value).toMatchObject([{ id, cloud: 'global' }]);
    await ask('readEntraMethod', { path: { id } });
    await ask('changeEntraMethod', { path: { id }, body: { firstTime: 'self' } });
    const missing = { path: { id }, body: { firstTime: 'directory' } };
    expect(await ask('changeEntraMethod', missing)).toMatchObject({ status: 409 });
    const user = { path: { userId: 'u-1' } };
    await ask('createEnrolmentCode', { ...user, body: {} });
    await ask('removeEnrolmentCode', user);
    expect(await ask('removeEnrolmentCode', user)).toMatchObject({ status: 404 });
    await ask('removeEntraMethod', { path: { id } });
    expect(await ask('readEntraMethod', { path: { id } })).toMatchObject({ status: 404 });
    expect(await ask('removeEntraMethod', { path: { id } })).toMatchObject({ status: 404 });
  });

  test('about hooks of identity products', async () => {
    const { id } = (await ask('createDeliveryHook', { body: { kind: 'okta', name: 'Okta' } })).body;
    expect((await ask('listDeliveryHooks')).body.value).toMatchObject([{ id, kind: 'okta' }]);
    await ask('removeDeliveryHook', { path: { id } });
    expect(await ask('removeDeliveryHook', { path: { id } })).toMatchObject({ status: 404 });
  });

  test('about outcomes that are posted', async () => {
    const body = { url: 'http://127.0.0.1:9/outcomes' };
    await ask('putWebhookEndpoint', { body });
    await ask('readWebhookEndpoint');
    await ask('rotateWebhookSecret');
    await world.story('busy');
    await ask('removeWebhookEndpoint');
    await ask('putWebhookEndpoint', { body });
    const { body: dead } = await ask('listWebhookMessages', { query: '?state=dead' });
    expect(dead.value.length).toBeGreaterThan(0);
    await ask('resendWebhookMessage', { path: { id: dead.value[0].id } });
  });

  test.each<[operationId: string, asked: Asked, status: number]>([
    ['requestVerification', { body: { userId: '' } }, 400],
    ['requestVerification', { body: '{' }, 400],
    ['requestVerification', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['requestVerification', { body: { userId: 'u'.repeat(20_000) } }, 413],
    ['requestVerification', { body: { userId: 'u-1', number: '+46900123456' } }, 422],
    ['listVerifications', { query: '?after=x' }, 400],
    ['readVerification', {}, 404],
    ['readVerification', { path: { id: 'x' } }, 400],
    ['cancelVerification', {}, 404],
    ['revealAppPassword', {}, 404],
    ['listPhoneMethods', { path: { userId: '%00' } }, 400],
  ])('when %s is refused (%j): %i', async (operationId, asked, status) => {
    expect((await ask(operationId, asked)).status).toBe(status);
  });

  test('and there is no success that was described and not seen here', () => {
    const described = [...operations.values()].flatMap(({ operationId, responses }) =>
      Object.keys(responses).flatMap((status) => (Number(status) < 400 ? [`${operationId} ${status}`] : [])),
    );
    expect([...answered].sort()).toEqual(described.sort());
  });
});
