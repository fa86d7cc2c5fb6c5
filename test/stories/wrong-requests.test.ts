// Wrong requests against a running service: each is told what is wrong, and none changes anything.
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { type Headers, refusalOf, type Wrong } from './refusal.ts';
import { readState } from './stored-text.ts';

const SECRET = 'k'.repeat(43);
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const NEW = '/v1/verifications';
const json = { 'content-type': 'application/json' };
const phone = { userId: 'u-1', number: '+46812345678' };

const { world } = worldOn('embedded', { policy: { countries: { allowed: ['SE', 'GB', 'FR'] } } });
let finished: string;
let revoked: string;
let withoutPhones: string;
let before: Awaited<ReturnType<typeof readState>>;

beforeAll(async () => {
  finished = (await world.story('busy')).id;
  ({ key: withoutPhones } = await world.addTenant('fabrikam', { officePhone: { allowed: false } }));
  const made = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'to be revoked' });
  await world.service.apiKeys.revoke(made.id);
  revoked = made.key;
  before = await readState(world);
});

const refusal = (wrong: Wrong) => refusalOf(world, wrong);

describe('a request for a verification is refused', () => {
  test.each<[what: string, body: unknown, fields: string[]]>([
    ['a list', [], ['']],
    ['null', 'null', ['']],
    ['a text', '"+46812345678"', ['']],
    ['nothing', '', ['/userId', '/number']],
    ['a number for the number', { userId: 'u-1', number: 46812345678 }, ['/number']],
    ['null for the number', { userId: 'u-1', number: null }, ['/number']],
    ['a list of numbers', { userId: 'u-1', number: ['+46812345678'] }, ['/number']],
    ['an object for the number', { userId: 'u-1', number: { $ne: '' } }, ['/number']],
    ['no number', { userId: 'u-1' }, ['/number']],
    ['an empty number', { userId: 'u-1', number: '' }, ['/number']],
    ['a number of 65 characters', { userId: 'u-1', number: `+46${'8'.repeat(62)}` }, ['/number']],
    ['a NUL in the number', { userId: 'u-1', number: '+46812345678\u0000' }, ['/number']],
    ['half a surrogate pair in the number', '{"userId":"u-1","number":"+46812345678\\ud83d"}', ['/number']],
    ['no user', { number: '+46812345678' }, ['/userId']],
    ['a number for the user', { ...phone, userId: 7 }, ['/userId']],
    ['an empty user', { ...phone, userId: '' }, ['/userId']],
    ['a user of 129 characters', { ...phone, userId: 'u'.repeat(129) }, ['/userId']],
    ['a user of two lines', { ...phone, userId: 'u-1\nu-2' }, ['/userId']],
    ['a line break after the user', { ...phone, userId: 'u-1\n' }, ['/userId']],
    ['a NUL in the user', { ...phone, userId: 'u\u0000' }, ['/userId']],
    ['a right-to-left override in the user', { ...phone, userId: '\u202eu-1' }, ['/userId']],
    ['an emoji in the user', { ...phone, userId: 'u-☎️' }, ['/userId']],
    ['full-width digits in the user', { ...phone, userId: 'u-１２' }, ['/userId']],
    ['an unknown purpose', { ...phone, purpose: 'REGISTER' }, ['/purpose']],
    ['null for the purpose', { ...phone, purpose: null }, ['/purpose']],
    ['a country by its name', { ...phone, country: 'Sweden' }, ['/country']],
    ['a full-width country', { ...phone, country: 'ＳＥ' }, ['/country']],
    ['a language with an underscore', { ...phone, locale: 'sv_SE' }, ['/locale']],
    ['a path for a language', { ...phone, locale: '../../etc/passwd' }, ['/locale']],
    ['a number for a language', { ...phone, locale: 46 }, ['/locale']],
    ['a tenant', { ...phone, tenantId: 'fabrikam' }, ['/tenantId']],
    ['__proto__', '{"userId":"u-1","number":"+46812345678","__proto__":{"x":1}}', ['/__proto__']],
    ['constructor', { ...phone, constructor: { prototype: {} } }, ['/constructor']],
    ['several at once', { userId: '', number: 7, wings: 2 }, ['/userId', '/number', '/wings']],
  ])('with %s', async (_what, body, fields) => {
    const answer = await refusal({ headers: json, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields });
  });

  test.each<[what: string, code: string, field: string, body: Record<string, string>]>([
    ['a word', 'number.invalid', '/number', { number: 'hello world' }],
    ['letters among digits', 'number.invalid', '/number', { number: '+46 8 TAXI 12345' }],
    ['too many digits', 'number.invalid', '/number', { number: '+46812345678123' }],
    ['too few digits', 'number.invalid', '/number', { number: '+4681' }],
    ['an emergency number', 'number.invalid', '/number', { number: '112', country: 'SE' }],
    ['a # at the end', 'number.invalid', '/number', { number: '+46812345678#' }],
    ['a service code', 'number.invalid', '/number', { number: '*31*0812345678', country: 'SE' }],
    ['UK for GB', 'number.invalid', '/country', { number: '020 7946 0123', country: 'UK' }],
    ['a prefix for calls abroad', 'number.invalid', '/country', { number: '0046812345678' }],
    ['an emoji', 'number.invalid', '/number', { number: '+46812345678📞' }],
    ['a number twice', 'number.invalid', '/number', { number: '+46812345678+46812345678' }],
    ['no country for a national number', 'number.invalid', '/country', { number: '08-123 456 78' }],
    ['the wrong country', 'number.invalid', '/country', { number: '+46812345678', country: 'GB' }],
    [
      'a country that does not exist',
      'number.invalid',
      '/country',
      { number: '08-123 456 78', country: 'ZZ' },
    ],
    ['a premium number', 'number.typeRefused', '/number', { number: '+46 900 123 45 67' }],
    ['a satellite', 'number.typeRefused', '/number', { number: '+870773111632' }],
    ['international premium', 'number.typeRefused', '/number', { number: '+979123456789' }],
    ['a toll-free number', 'number.typeRefused', '/number', { number: '020-12 34 56', country: 'SE' }],
    ['a country that the policy leaves out', 'number.countryRefused', '/number', { number: '+12025550123' }],
    ['Klingon', 'locale.unsupported', '/locale', { number: '+46812345678', locale: 'tlh' }],
    ['a sign-in without a phone', 'number.notRegistered', '/number', { purpose: 'signIn' }],
  ])('with %s: %s', async (_what, code, field, body) => {
    const answer = await refusal({ headers: json, body: { userId: 'u-1', ...body } });
    expect(answer).toMatchObject({ status: 422, json: { code }, fields: [field] });
  });

  test.each<[what: string, status: number, code: string, headers: Headers, body: string | Buffer]>([
    ['1 MB', 413, 'request.tooLarge', json, JSON.stringify({ ...phone, userId: 'u'.repeat(1_000_000) })],
    ['half a document', 400, 'request.malformedJson', json, '{"userId":'],
    ['bytes that are no UTF-8', 400, 'request.malformedJson', json, Buffer.from([0x22, 0xff, 0x22])],
    ['no content type', 415, 'request.unsupportedMediaType', {}, JSON.stringify(phone)],
    [
      'a form',
      415,
      'request.unsupportedMediaType',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'number=1',
    ],
    [
      'plain text',
      415,
      'request.unsupportedMediaType',
      { 'content-type': 'text/plain' },
      JSON.stringify(phone),
    ],
    [
      'UTF-16',
      415,
      'request.unsupportedMediaType',
      { 'content-type': 'application/json; charset=utf-16' },
      '{}',
    ],
    ['gzip', 415, 'request.unsupportedMediaType', { ...json, 'content-encoding': 'gzip' }, gzipSync('{}')],
  ])('as %s', async (_what, status, code, headers, body) => {
    expect(await refusal({ headers, body })).toMatchObject({ status, json: { code } });
  });

  test.each<[what: string, key: string | string[]]>([
    ['empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['with a space', 'two words'],
    ['with an umlaut', 'n\u00f6ckel'],
    ['given twice', ['one', 'two']],
  ])('with an idempotency key that is %s', async (_what, key) => {
    const answer = await refusal({ headers: { ...json, 'idempotency-key': key }, body: phone });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'request.invalid' },
      fields: ['idempotency-key'],
    });
  });

  test('when the policy allows no office phones', async () => {
    const answer = await refusal({
      headers: { ...json, authorization: `Bearer ${withoutPhones}` },
      body: phone,
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'policy.officePhoneRefused' } });
  });
});

describe('an API key is refused', () => {
  test.each<[what: string, code: string, authorization: () => string | string[]]>([
    ['none', 'apiKey.missing', () => []],
    ['an empty one', 'apiKey.missing', () => 'Bearer '],
    ['another scheme', 'apiKey.missing', () => `Basic ${world.key}`],
    ['two of them', 'apiKey.missing', () => `Bearer ${world.key} ${world.key}`],
    ['one of another form', 'apiKey.invalid', () => 'Bearer open-sesame'],
    ['an unknown one', 'apiKey.invalid', () => `Bearer pk_${'a'.repeat(12)}_${SECRET}`],
    ['a wrong secret', 'apiKey.invalid', () => `Bearer ${world.key.slice(0, -43)}${SECRET}`],
    ['half a secret', 'apiKey.invalid', () => `Bearer ${world.key.slice(0, -20)}`],
    ['a revoked one', 'apiKey.invalid', () => `Bearer ${revoked}`],
  ])('%s: %s', async (_what, code, authorization) => {
    const answer = await refusal({ headers: { ...json, authorization: authorization() }, body: phone });
    expect(answer).toMatchObject({ status: 401, json: { code } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

test.each<[method: string, path: string, status: number, code: string, fields: string[]]>([
  ['GET', `${NEW}/nope`, 400, 'request.invalid', ['id']],
  ['GET', `${NEW}/%00`, 400, 'request.invalid', ['id']],
  ['GET', `${NEW}/${UNKNOWN_ID}'--`, 400, 'request.invalid', ['id']],
  ['GET', `${NEW}/%E4`, 400, 'request.invalid', []],
  ['GET', `${NEW}/${UNKNOWN_ID}`, 404, 'verification.notFound', []],
  ['POST', `${NEW}/nope/cancel`, 400, 'request.invalid', ['id']],
  ['POST', `${NEW}/${UNKNOWN_ID}/cancel`, 404, 'verification.notFound', []],
  ['POST', `${NEW}/FINISHED/cancel`, 409, 'verification.alreadyDecided', []],
  ['POST', `${NEW}/${UNKNOWN_ID}/reveal-app-password`, 404, 'verification.notFound', []],
  ['POST', `${NEW}/FINISHED/reveal-app-password`, 404, 'appPassword.notFound', []],
  ['GET', '/v1/users/a%00b/phone-methods', 400, 'request.invalid', ['userId']],
  ['GET', '/v1/users/a%2F..%2Fb/phone-methods', 400, 'request.invalid', ['userId']],
  ['GET', '/v1/users/%E2%80%AEu/phone-methods', 400, 'request.invalid', ['userId']],
  ['GET', `/v1/users/${'u'.repeat(129)}/phone-methods`, 400, 'request.invalid', ['userId']],
  ['GET', `${NEW}/${UNKNOWN_ID}?number=%2B46812345678`, 400, 'request.invalid', ['number']],
  ['DELETE', NEW, 405, 'route.methodNotAllowed', []],
  ['DELETE', `${NEW}/${UNKNOWN_ID}`, 405, 'route.methodNotAllowed', []],
  ['GET', `${NEW}/${UNKNOWN_ID}/reveal-app-password`, 405, 'route.methodNotAllowed', []],
  ['PUT', '/openapi.json', 405, 'route.methodNotAllowed', []],
  ['POST', `${NEW}/`, 404, 'route.notFound', []],
  ['GET', `/V1/verifications/${UNKNOWN_ID}`, 404, 'route.notFound', []],
  ['GET', `/webhooks/calls/${UNKNOWN_ID}/answer`, 404, 'route.notFound', []],
])('%s %s is answered %i %s', async (method, path, status, code, fields) => {
  const answer = await refusal({ method, path: path.replace('FINISHED', finished) });
  expect(answer).toMatchObject({ status, json: { code }, fields });
});

test.each([
  ['POST', '/v1/verifications/', '/v1/verifications'],
  ['POST', '//v1/verifications', '/v1/verifications'],
  ['POST', '/v1//verifications', '/v1/verifications'],
  ['POST', '/verifications', '/v1/verifications'],
  ['POST', '/v1/v1/verifications', '/v1/verifications'],
  ['POST', '/api/v1/verifications', '/v1/verifications'],
  ['POST', '/v1/verification', '/v1/verifications'],
  ['POST', '/V1/Verifications', '/v1/verifications'],
  ['GET', `/v1/verifications/${UNKNOWN_ID}/`, '/v1/verifications/{id}'],
  ['GET', `/verifications/${UNKNOWN_ID}/`, '/v1/verifications/{id}'],
  ['POST', `/v1/verifications/${UNKNOWN_ID}/cancel/`, '/v1/verifications/{id}/cancel'],
  ['GET', '/users/u-1/phone-methods', '/v1/users/{userId}/phone-methods'],
  ['GET', '/v1/users/u-1/phone_methods/', '/v1/users/{userId}/phone-methods'],
  ['GET', '/policy', '/v1/policy'],
  ['GET', '/docs/', '/docs'],
  ['GET', '/v1/openapi.json', '/openapi.json'],
])('%s %s is answered that %s is meant', async (method, path, meant) => {
  const { status, json: problem } = await refusal({ method, path });
  expect({ status, code: problem.code }).toEqual({ status: 404, code: 'route.notFound' });
  expect(problem.detail).toContain(`Did you mean ${meant}?`);
  expect(problem.detail).not.toContain('u-1');
});

test.each([
  '/v1',
  '/favicon.ico',
  '/webhooks/calls',
  `/webhooks/calls/${UNKNOWN_ID}/answer/`,
  '/v1/a/b/c/d/e',
])('nothing is guessed about %s', async (path) => {
  const { status, json: problem } = await refusal({ method: 'GET', path });
  expect({ status, code: problem.code }).toEqual({ status: 404, code: 'route.notFound' });
  expect(problem.detail).not.toContain('Did you mean');
});

test.each<[sent: string, meant: string]>([
  ['user_id', 'userId'],
  ['UserID', 'userId'],
  ['user-id', 'userId'],
  ['uesrId', 'userId'],
  ['To', 'number'],
  ['phone', 'number'],
  ['phoneNumber', 'number'],
  ['phone_number', 'number'],
  ['numbr', 'number'],
  ['country_code', 'country'],
  ['ext', 'extension'],
  ['SendDigits', 'extension'],
  ['pause_before_s', 'pauseBeforeS'],
  ['pauseAfter', 'pauseAfterS'],
  ['language', 'locale'],
])('the unknown field %s is answered that %s is meant', async (sent, meant) => {
  const { status, json: problem } = await refusal({ headers: json, body: { ...phone, [sent]: 'x' } });
  expect(status).toBe(400);
  const rule = `This field is not known. Did you mean ${meant}?`;
  expect(problem.errors).toContainEqual({ field: `/${sent}`, rule });
});

test('a body that is no JSON is answered with the place, and none of it', async () => {
  const body = '{"userId": "u-1",\n "number": "+46812345678",}';
  const { json: problem } = await refusal({ headers: json, body });
  expect(problem.detail).toContain('At line 2, column 27, this was expected: a name in double quotes.');
});

test('none of them changed or queued anything', async () => {
  expect(await readState(world)).toEqual(before);
  expect(world.simulator.calls()).toHaveLength(1);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
