// Wrong extensions, pauses and switchboards: each is told what is wrong, and none changes anything.
import { beforeAll, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { type Headers, refusalOf } from './refusal.ts';
import { readState } from './stored-text.ts';

const json = { 'content-type': 'application/json' };
const phone = { userId: 'u-1', number: '+46812345678' };
const withExtension = { ...phone, extension: '1234' };
const PBX = '/v1/pbx-profiles';
const SWITCHBOARD = `${PBX}/6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c`;
const number = '+46812345678';
const pauses = { pauseBeforeS: 1, pauseAfterS: 1 };
const profile = { number, ...pauses };

const { world } = worldOn('embedded');
let direct: Headers;
let before: Awaited<ReturnType<typeof readState>>;

beforeAll(async () => {
  const fabrikam = await world.addTenant('fabrikam', { extension: { allowed: false } });
  direct = { ...json, authorization: `Bearer ${fabrikam.key}` };
  await world.api('PUT', PBX, { number: '+46812345679', pauseBeforeS: 8, pauseAfterS: 2 });
  before = await readState(world);
});

test.each<[what: string, body: unknown, fields: string[]]>([
  ['a number for the extension', { ...phone, extension: 1234 }, ['/extension']],
  ['null for the extension', { ...phone, extension: null }, ['/extension']],
  ['a list for the extension', { ...phone, extension: ['1234'] }, ['/extension']],
  ['an empty extension', { ...phone, extension: '' }, ['/extension']],
  ['an extension of 12 digits', { ...phone, extension: '1'.repeat(12) }, ['/extension']],
  ['an extension of a megabyte less', { ...phone, extension: '1'.repeat(2_000) }, ['/extension']],
  ['a # after the extension', { ...phone, extension: '1234#' }, ['/extension']],
  ['an extension that is a pause', { ...phone, extension: 'ww12' }, ['/extension']],
  ['an extension with its x', { ...phone, extension: 'x1234' }, ['/extension']],
  ['a space before the extension', { ...phone, extension: ' 1234' }, ['/extension']],
  ['a line break after the extension', { ...phone, extension: '1234\n' }, ['/extension']],
  ['a NUL in the extension', { ...phone, extension: '12\u000034' }, ['/extension']],
  ['full-width digits in the extension', { ...phone, extension: '１２' }, ['/extension']],
  ['Arabic digits in the extension', { ...phone, extension: '١٢' }, ['/extension']],
  ['a sign in the extension', { ...phone, extension: '-12' }, ['/extension']],
  ['a text for a pause', { ...withExtension, pauseBeforeS: '1' }, ['/pauseBeforeS']],
  ['null for a pause', { ...withExtension, pauseAfterS: null }, ['/pauseAfterS']],
  ['a negative pause', { ...withExtension, pauseBeforeS: -0.5 }, ['/pauseBeforeS']],
  ['a pause of a third', { ...withExtension, pauseAfterS: 0.33 }, ['/pauseAfterS']],
  ['a pause that is too long', { ...withExtension, pauseBeforeS: 8.5 }, ['/pauseBeforeS']],
  ['a pause without end', '{"userId":"u-1","number":"+46812345678x1","pauseAfterS":1e999}', ['/pauseAfterS']],
  ['tones', { ...withExtension, sendDigits: 'ww1234' }, ['/sendDigits']],
])('a request for a verification is refused with %s', async (_what, body, fields) => {
  const answer = await refusalOf(world, { headers: json, body });
  expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields });
});

test.each<[what: string, code: string, fields: string[], body: object]>([
  [
    'another one after the number',
    'number.invalid',
    ['/extension'],
    { ...withExtension, number: '+46812345678x12' },
  ],
  ['two after the number', 'number.invalid', ['/number'], { ...phone, number: '+46812345678x12x13' }],
  ['one of 12 digits', 'number.invalid', ['/number'], { ...phone, number: '+46812345678x123456789012' }],
  ['a # after it', 'number.invalid', ['/number'], { ...phone, number: '+46812345678,,1234#' }],
  ['a # alone', 'number.invalid', ['/number'], { ...withExtension, number: '+46812345678#' }],
  ['a service code', 'number.invalid', ['/number'], { ...phone, number: '#31#1234567', country: 'SE' }],
  ['no number', 'number.invalid', ['/number'], { ...phone, number: 'x1234' }],
  ['pauses and none', 'extension.missing', ['/pauseBeforeS', '/pauseAfterS'], { ...phone, ...pauses }],
  [
    'pauses that fill everything',
    'extension.tooLong',
    ['/pauseBeforeS', '/pauseAfterS'],
    { ...withExtension, pauseBeforeS: 8, pauseAfterS: 7 },
  ],
  [
    'a pause and a profile that fill everything',
    'extension.tooLong',
    ['/pauseAfterS'],
    { ...withExtension, number: '+46812345679', pauseAfterS: 8 },
  ],
  ['none to test', 'extension.missing', ['/extension'], { ...phone, purpose: 'testExtension' }],
  ['no phone to test', 'number.notRegistered', ['/number'], { userId: 'u-1', purpose: 'testExtension' }],
])('an extension is refused: %s', async (_what, code, fields, body) => {
  const answer = await refusalOf(world, { headers: json, body });
  expect(answer).toMatchObject({ status: 422, json: { code }, fields });
});

test.each<[field: string, body: object]>([
  ['/extension', withExtension],
  ['/number', { ...phone, number: '+46812345678 ankn. 12' }],
  ['/extension', { ...withExtension, purpose: 'testExtension' }],
])('where the policy allows none, it is refused at %s', async (field, body) => {
  const answer = await refusalOf(world, { headers: direct, body });
  expect(answer).toMatchObject({
    status: 422,
    json: { code: 'number.extensionUnsupported' },
    fields: [field],
  });
});

test.each<[what: string, body: unknown, fields: string[]]>([
  ['nothing', '', ['/number', '/pauseBeforeS', '/pauseAfterS']],
  ['a list', [], ['']],
  ['no number', pauses, ['/number']],
  ['one pause only', { number, pauseBeforeS: 1 }, ['/pauseAfterS']],
  ['a text for a pause', { ...profile, pauseBeforeS: '1' }, ['/pauseBeforeS']],
  ['a quarter of a second', { ...profile, pauseAfterS: 0.25 }, ['/pauseAfterS']],
  ['a negative pause', { ...profile, pauseAfterS: -1 }, ['/pauseAfterS']],
  ['a pause of 9 s', { ...profile, pauseBeforeS: 9 }, ['/pauseBeforeS']],
  ['pauses that leave no room', { number, pauseBeforeS: 8, pauseAfterS: 3 }, ['']],
  ['a number that is none', { ...profile, number: 46812345678 }, ['/number']],
  ['a NUL in the number', { ...profile, number: '+4681234\u00005678' }, ['/number']],
  ['a number of 300 digits', { ...profile, number: `+${'4'.repeat(300)}` }, ['/number']],
  ['an extension', { ...profile, extension: '12' }, ['/extension']],
  ['an id', { ...profile, id: '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c' }, ['/id']],
  ['another tenant', { ...profile, tenantId: 'fabrikam' }, ['/tenantId']],
])('a profile is refused with %s', async (_what, body, fields) => {
  const answer = await refusalOf(world, { method: 'PUT', path: PBX, headers: json, body });
  expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' }, fields });
});

test.each<[what: string, code: string, field: string, change: object]>([
  ['without a country', 'number.invalid', '/country', { number: '08-12345678' }],
  ['of nobody', 'number.invalid', '/number', { number: '+4681' }],
  ['with an extension', 'number.invalid', '/number', { number: `${number}x12` }],
  ['of another country', 'number.invalid', '/country', { country: 'US' }],
  ['that costs its callers', 'number.typeRefused', '/number', { number: '+469001234567' }],
])('a profile is refused for a number %s', async (_what, code, field, change) => {
  const body = { ...profile, ...change };
  const answer = await refusalOf(world, { method: 'PUT', path: PBX, headers: json, body });
  expect(answer).toMatchObject({ status: 422, json: { code }, fields: [field] });
});

test.each<[method: string, path: string, status: number, code: string]>([
  ['GET', SWITCHBOARD, 404, 'pbxProfile.notFound'],
  ['DELETE', SWITCHBOARD, 404, 'pbxProfile.notFound'],
  ['POST', SWITCHBOARD, 405, 'route.methodNotAllowed'],
  ['PATCH', SWITCHBOARD, 405, 'route.methodNotAllowed'],
  ['PUT', SWITCHBOARD, 405, 'route.methodNotAllowed'],
  ['DELETE', PBX, 405, 'route.methodNotAllowed'],
  ['POST', PBX, 405, 'route.methodNotAllowed'],
  ['GET', `${SWITCHBOARD}?all=1`, 400, 'request.invalid'],
  ['GET', `${PBX}?number=%2B46812345678`, 400, 'request.invalid'],
  ['GET', `${PBX}?limit=0`, 400, 'request.invalid'],
  ['GET', `${PBX}?limit=101`, 400, 'request.invalid'],
  ['GET', `${PBX}?after=1`, 400, 'request.invalid'],
  ['GET', `${PBX}/08-12345678`, 400, 'request.invalid'],
  ['GET', `${PBX}/%2B46812345678`, 400, 'request.invalid'],
  ['DELETE', `${PBX}/%2B46812345678`, 400, 'request.invalid'],
  ['GET', `${PBX}/%00`, 400, 'request.invalid'],
  ['GET', `${PBX}/${'4'.repeat(300)}`, 400, 'request.invalid'],
])('%s %s is answered %i %s', async (method, path, status, code) => {
  const answer = await refusalOf(world, { method, path });
  expect(answer).toMatchObject({ status, json: { code } });
  expect(answer.text).not.toMatch(/12345678|4444444/);
});

test('a profile is told to nobody without a key', async () => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await refusalOf(world, { method, path: SWITCHBOARD, headers: { authorization: [] } });
    expect(answer).toMatchObject({ status: 401, json: { code: 'apiKey.missing' } });
  }
});

test('none of them changed or queued anything', async () => {
  expect(await readState(world)).toEqual(before);
  expect(world.simulator.calls()).toEqual([]);
});
