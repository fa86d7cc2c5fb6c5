// Wrong requests about numbers as user names: each is told what is wrong, and none changes anything.
import { beforeAll, describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { register } from '../support/phone-methods.ts';
import { refusalOf, type Wrong } from './refusal.ts';

const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const json = { 'content-type': 'application/json' };

const { world } = worldOn('embedded', { policy: { smsSignIn: { allowed: true } } });
let office: string;
let entered: string;
let mobile: string;
let reader: string;

beforeAll(async () => {
  const user = { userId: 'u-1' };
  office = await register(world, { ...user, phoneType: 'office', phoneNumber: '+46812345678' });
  const { body } = await world.api('POST', '/v1/users/u-2/phone-methods', {
    ...{ phoneType: 'mobile', number: '+46701234567' },
  });
  entered = body.id;
  mobile = await register(world, { ...user, phoneType: 'mobile', phoneNumber: '+46701234568' });
  const key = { tenantId: 'contoso', name: 'reader', scopes: ['read' as const] };
  ({ key: reader } = await world.service.apiKeys.create(key));
});

const of = (userId: string, id: string, what: string) =>
  `/v1/users/${userId}/phone-methods/${id}/${what}-sms-sign-in`;

/** Wrong for either; `path` makes the address of what is to be done. */
const WRONG: [
  what: string,
  status: number,
  code: string,
  path: (what: string) => string,
  wrong?: () => Wrong,
][] = [
  ['of a phone that never was', 404, 'phoneMethod.notFound', (what) => of('u-1', UNKNOWN_ID, what)],
  ['of a user who never was', 404, 'phoneMethod.notFound', (what) => of('u-x', mobile, what)],
  ['of the phone of somebody else', 404, 'phoneMethod.notFound', (what) => of('u-2', mobile, what)],
  ['of an id that is none', 400, 'request.invalid', (what) => of('u-1', 'x', what)],
  ['of an id that is a number', 400, 'request.invalid', (what) => of('u-1', '%2B46701234568', what)],
  ['of a type of phone', 400, 'request.invalid', (what) => of('u-1', 'mobile', what)],
  ['of SQL', 400, 'request.invalid', (what) => of('u-1', "'%20or%20''='", what)],
  ['of a user with a NUL', 400, 'request.invalid', (what) => of('%00', mobile, what)],
  ['of an office phone', 409, 'phoneMethod.smsSignInNotSupported', (what) => of('u-1', office, what)],
  ['with GET', 405, 'route.methodNotAllowed', (what) => of('u-1', mobile, what), () => ({ method: 'GET' })],
  ['with PUT', 405, 'route.methodNotAllowed', (what) => of('u-1', mobile, what), () => ({ method: 'PUT' })],
  [
    ...(['without a key', 401, 'apiKey.missing', (what: string) => of('u-1', mobile, what)] as const),
    () => ({ headers: { ...json, authorization: '' } }),
  ],
  [
    ...(['with a key that may only read', 403, 'apiKey.scopeMissing'] as const),
    (what) => of('u-1', mobile, what),
    () => ({ headers: { ...json, authorization: `Bearer ${reader}` } }),
  ],
];

describe.each(['enable', 'disable'])('to %s is refused', (action) => {
  test.each(WRONG)('%s', async (_what, status, code, path, wrong) => {
    const before = await phones();
    const answer = await refusalOf(world, { path: path(action), ...wrong?.() });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(await phones()).toEqual(before);
  });
});

test.each(['smsSignInState', 'signInEnabledAt', 'isDefault'])(
  'to write what is only read is refused: %s',
  async (field) => {
    const before = await phones();
    const path = `/v1/users/u-1/phone-methods/${mobile}`;
    const body = { number: '+46701234569', [field]: 'ready' };
    const answer = await refusalOf(world, { method: 'PATCH', headers: json, path, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields: [`/${field}`] });
    expect(await phones()).toEqual(before);
  },
);

test('to enable is refused of a phone that nobody verified', async () => {
  const answer = await refusalOf(world, { path: of('u-2', entered, 'enable') });
  expect(answer).toMatchObject({ status: 409, json: { code: 'phoneMethod.notVerified' } });
});

test('to ask is refused of an id of a user that is none', async () => {
  const path = `/v1/users/${'u'.repeat(200)}/sms-sign-in`;
  expect(await refusalOf(world, { method: 'GET', path })).toMatchObject({
    ...{ status: 400, json: { code: 'request.invalid' } },
  });
});

const phones = () => world.db.selectFrom('phoneMethod').selectAll().orderBy('id').execute();
