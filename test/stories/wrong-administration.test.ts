// Wrong requests about policies, blocks and capabilities: each is told what is wrong, and none changes anything.
import { beforeAll, describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { refusalOf, type Wrong } from './refusal.ts';
import { readState } from './stored-text.ts';

const json = { 'content-type': 'application/json' };
const BLOCK = '/v1/users/u-1/block';
const CAN = '/v1/users/u-1/capabilities';

const { world } = worldOn('embedded');
let before: Awaited<ReturnType<typeof readState>>;

beforeAll(async () => {
  before = await readState(world);
});

const refusal = (wrong: Wrong) => refusalOf(world, wrong);

describe('a policy is refused', () => {
  const put = (body: unknown, headers: Record<string, string | string[]> = { 'if-match': '"1"' }) =>
    refusal({ method: 'PUT', path: '/v1/policy', headers: { ...json, ...headers }, body });

  test.each<[what: string, body: unknown, fields: string[]]>([
    ['no body', undefined, ['/version']],
    ['an empty document', {}, ['/version']],
    ['a document of another form', { version: 2 }, ['/version']],
    ['a list', [], ['']],
    ['an unknown field', { version: 1, ringtone: 'x' }, ['/ringtone']],
    ['an unknown field inside', { version: 1, fraud: { blockUsers: true } }, ['/fraud/blockUsers']],
    ['__proto__', '{"version":1,"__proto__":{"challenge":"pin"}}', ['/__proto__']],
    ['an unknown challenge', { version: 1, challenge: 'none' }, ['/challenge']],
    ['null for the challenge', { version: 1, challenge: null }, ['/challenge']],
    ['a block of 59 s', { version: 1, fraud: { blockForS: 59 } }, ['/fraud/blockForS']],
    ['a block of more than a year', { version: 1, fraud: { blockForS: 31_536_001 } }, ['/fraud/blockForS']],
    ['"true" for true', { version: 1, fraud: { blockUser: 'true' } }, ['/fraud/blockUser']],
    ['no country', { version: 1, countries: { allowed: [] } }, ['/countries/allowed']],
    [
      'a country that is none',
      { version: 1, countries: { allowed: ['SE', 'ZZ'] } },
      ['/countries/allowed/1'],
    ],
    ['markup for the organisation', { version: 1, organisation: '<Play>x</Play>' }, ['/organisation']],
    ['a NUL in the organisation', { version: 1, organisation: 'Con\u0000toso' }, ['/organisation']],
    ['half a second to ring', { version: 1, ringTimeoutS: 5.5 }, ['/ringTimeoutS']],
    ['no verification at all', { version: 1, limits: { perUser: { count: 0 } } }, ['/limits/perUser/count']],
    [
      'audio over http',
      { version: 1, greeting: { 'sv-SE': { audioUrl: 'http://x.test/a' } } },
      ['/greeting/sv-SE/audioUrl'],
    ],
    [
      'a name that turns the text around it',
      { version: 1, selfService: { name: 'Contoso\u202e' } },
      ['/selfService/name'],
    ],
    [
      'a name of 10,000 characters',
      { version: 1, selfService: { name: 'x'.repeat(10_000) } },
      ['/selfService/name'],
    ],
    [
      'a link that runs something',
      { version: 1, selfService: { helpUrl: 'javascript:alert(1)' } },
      ['/selfService/helpUrl'],
    ],
    [
      'a logo that runs something',
      {
        version: 1,
        selfService: {
          logo: {
            type: 'image/svg+xml',
            data: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script/></svg>',
          },
        },
      },
      ['/selfService/logo/data'],
    ],
    ['several at once', { version: 1, challenge: 7, locale: '!' }, ['/challenge', '/locale']],
  ])('with %s', async (_what, body, fields) => {
    const answer = await put(body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(answer.fields.toSorted()).toEqual(fields.toSorted());
  });

  test.each<[what: string, status: number, code: string, ifMatch: string | string[] | null]>([
    ['without a version', 428, 'policy.versionRequired', null],
    ['for a version that does not count', 412, 'policy.changedMeanwhile', '"2"'],
    ['for version 0', 412, 'policy.changedMeanwhile', '"0"'],
    ['for a weak version', 412, 'policy.changedMeanwhile', 'W/"1"'],
    ['for a version of words', 412, 'policy.changedMeanwhile', '"one"'],
    ['for a version beyond all', 412, 'policy.changedMeanwhile', '"99999999999"'],
    ['for a version without quotes', 400, 'request.invalid', '1'],
    ['for any version', 400, 'request.invalid', '*'],
    ['for two versions', 400, 'request.invalid', '"1", "2"'],
    ['for a version given twice', 400, 'request.invalid', ['"1"', '"1"']],
  ])('%s: %i %s', async (_what, status, code, ifMatch) => {
    const answer = await put({ version: 1 }, ifMatch === null ? {} : { 'if-match': ifMatch });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(answer.fields).toEqual(status === 400 ? ['if-match'] : []);
  });

  test.each<[query: string, field: string]>([
    ['limit=0', 'limit'],
    ['limit=51', 'limit'],
    ['limit=1e1', 'limit'],
    ['before=0', 'before'],
    ['before=-1', 'before'],
    ['before=1;drop table tenant', 'before'],
    ['before=1&before=2', 'before'],
    ['tenantId=fabrikam', 'tenantId'],
  ])('to list its versions with %s', async (query, field) => {
    const answer = await refusal({ method: 'GET', path: `/v1/policy/versions?${encodeURI(query)}` });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields: [field] });
  });
});

describe('a block is refused', () => {
  const reason = 'phone stolen';

  test.each<[what: string, body: unknown, fields: string[]]>([
    ['no reason', {}, ['/reason']],
    ['an empty reason', { reason: ' ' }, ['/reason']],
    ['a reason of 201 characters', { reason: 'x'.repeat(201) }, ['/reason']],
    ['a reason of two lines', { reason: 'one\ntwo' }, ['/reason']],
    ['a right-to-left override in the reason', { reason: '\u202enelots' }, ['/reason']],
    ['a number for the reason', { reason: 7 }, ['/reason']],
    ['no time at all', { reason, forS: 0 }, ['/forS']],
    ['half a second', { reason, forS: 0.5 }, ['/forS']],
    ['more than a year', { reason, forS: 31_536_001 }, ['/forS']],
    ['a text for the time', { reason, forS: '60' }, ['/forS']],
    ['a day without a time', { reason, expiresAt: '2027-01-01' }, ['/expiresAt']],
    ['a local time', { reason, expiresAt: '2027-01-01T00:00:00' }, ['/expiresAt']],
    ['the 30th of February', { reason, expiresAt: '2027-02-30T00:00:00Z' }, ['/expiresAt']],
    ['an end in the past', { reason, expiresAt: '2026-11-21T08:59:59Z' }, ['/expiresAt']],
    ['an end in the year 9999', { reason, expiresAt: '9999-12-31T23:59:59Z' }, ['/expiresAt']],
    ['null for the end', { reason, expiresAt: null }, ['/expiresAt']],
    ['two ends', { reason, forS: 60, expiresAt: '2027-01-01T00:00:00Z' }, ['/forS']],
    ['a user in the body', { reason, userId: 'u-2' }, ['/userId']],
  ])('with %s', async (_what, body, fields) => {
    const answer = await refusal({ method: 'PUT', path: BLOCK, headers: json, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields });
  });
});

test.each<[what: string, body: unknown, fields: string[]]>([
  ['an empty number', { number: '' }, ['/number']],
  ['a number of 65 digits', { number: '1'.repeat(65) }, ['/number']],
  ['a NUL for the number', { number: '\u0000' }, ['/number']],
  ['a number that is none', { number: 46812345678 }, ['/number']],
  ['null for the number', { number: null }, ['/number']],
  ['a country and no number', { country: 'SE' }, ['/country']],
  ['an extension and no number', { extension: '12' }, ['/extension']],
  ['a country by its name', { number: '0812345678', country: 'Sweden' }, ['/country']],
  ['an extension with letters', { number: '+46812345678', extension: 'x12' }, ['/extension']],
  ['a purpose', { purpose: 'signIn' }, ['/purpose']],
  ['pauses', { number: '+46812345678', extension: '12', pauseBeforeS: 1 }, ['/pauseBeforeS']],
  ['a list', [], ['']],
])('what a user may do is not told with %s', async (_what, body, fields) => {
  const answer = await refusal({ path: CAN, headers: json, body });
  expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields });
});

test.each<[method: string, path: string, status: number, code: string, fields: string[]]>([
  ['POST', `${CAN}?number=0812345678`, 400, 'request.invalid', ['number']],
  ['POST', '/v1/users/a%2Fb/capabilities', 400, 'request.invalid', ['userId']],
  ['GET', CAN, 405, 'route.methodNotAllowed', []],
  ['GET', '/v1/users/a%00/block', 400, 'request.invalid', ['userId']],
  ['DELETE', `/v1/users/${'u'.repeat(129)}/block`, 400, 'request.invalid', ['userId']],
  ['POST', BLOCK, 405, 'route.methodNotAllowed', []],
  ['PATCH', '/v1/policy', 405, 'route.methodNotAllowed', []],
  ['DELETE', '/v1/policy', 405, 'route.methodNotAllowed', []],
  ['GET', '/v1/policy?version=1', 400, 'request.invalid', ['version']],
  ['GET', '/v1/policy/versions/1', 404, 'route.notFound', []],
])('%s %s is answered %i %s', async (method, path, status, code, fields) => {
  expect(await refusal({ method, path })).toMatchObject({ status, json: { code }, fields });
});

test.each([
  ['GET', '/v1/policy'],
  ['PUT', '/v1/policy'],
  ['GET', BLOCK],
  ['DELETE', BLOCK],
  ['POST', CAN],
])('%s %s without a key is answered 401', async (method, path) => {
  const answer = await refusal({ method, path, headers: { authorization: [] } });
  expect(answer).toMatchObject({ status: 401, json: { code: 'apiKey.missing' } });
});

test('none of them changed anything', async () => {
  expect(await readState(world)).toEqual(before);
  expect(({} as Record<string, unknown>).challenge).toBeUndefined();
});
