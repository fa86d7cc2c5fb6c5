// Wrong requests about text messages and phone methods: each is told what is wrong, and none changes anything.
import { beforeAll, describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { refusalOf, type Wrong } from './refusal.ts';

const NEW = '/v1/verifications';
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const json = { 'content-type': 'application/json' };
const mobile = { userId: 'u-1', number: '+46701234567', channel: 'sms' };

const { world } = worldOn('embedded', { policy: { countries: { allowed: ['SE', 'US'] } } });
let sent: string;
let called: string;
let withoutTexts: string;
let withoutMobiles: string;

beforeAll(async () => {
  const { body } = await world.api('POST', NEW, { userId: 'u-sent', number: '+46701230001', channel: 'sms' });
  sent = body.id;
  called = (await world.request('no-answer')).id;
  await world.sendTexts();
  ({ key: withoutTexts } = await world.addTenant('fabrikam', { textMessage: { allowed: false } }));
  ({ key: withoutMobiles } = await world.addTenant('northwind', { mobilePhone: { allowed: false } }));
});

const refusal = (wrong: Wrong) => refusalOf(world, { headers: json, ...wrong });
const check = (id: string) => `${NEW}/${id}/check`;

describe('a request for a text message is refused', () => {
  test.each<[what: string, body: unknown, field: string]>([
    ['an unknown channel', { ...mobile, channel: 'whatsapp' }, '/channel'],
    ['a channel in capitals', { ...mobile, channel: 'SMS' }, '/channel'],
    ['null for the channel', { ...mobile, channel: null }, '/channel'],
    ['a list of channels', { ...mobile, channel: ['sms'] }, '/channel'],
    ['a number for the channel', { ...mobile, channel: 1 }, '/channel'],
    ['an unknown type of phone', { ...mobile, phoneType: 'home' }, '/phoneType'],
    ['a type in capitals', { ...mobile, phoneType: 'Mobile' }, '/phoneType'],
    ['null for the type', { ...mobile, phoneType: null }, '/phoneType'],
    ['an office phone', { ...mobile, phoneType: 'office' }, '/phoneType'],
    ['an alternate mobile', { ...mobile, phoneType: 'alternateMobile' }, '/phoneType'],
    ['the test of an extension', { ...mobile, purpose: 'testExtension' }, '/channel'],
    ['no number', { userId: 'u-1', channel: 'sms' }, '/number'],
    ['a number for the number', { ...mobile, number: 46701234567 }, '/number'],
    ['a text of its own', { ...mobile, text: 'Your code is {code}' }, '/text'],
    ['a code of its own', { ...mobile, code: '123456' }, '/code'],
    ['a sender of its own', { ...mobile, from: 'Contoso' }, '/from'],
  ])('with %s', async (_what, body, field) => {
    const answer = await refusal({ body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(answer.fields).toContain(field);
  });

  test.each<[what: string, code: string, field: string, number: Record<string, unknown>]>([
    ['a landline', 'number.typeRefused', '/number', { number: '+46812345678' }],
    [
      'a landline as a mobile that is called',
      'number.typeRefused',
      '/number',
      {
        ...{ number: '+46812345678', channel: 'call', phoneType: 'mobile' },
      },
    ],
    ['a premium number', 'number.typeRefused', '/number', { number: '+46900123456' }],
    ['a number of another country', 'number.countryRefused', '/number', { number: '+4915123456789' }],
    ['a number that does not exist', 'number.invalid', '/number', { number: '+4670' }],
    ['a number without a country', 'number.invalid', '/country', { number: '0701234567' }],
    [
      'an extension behind a mobile',
      'number.extensionUnsupported',
      '/extension',
      { number: '+46701234567', extension: '12' },
    ],
    [
      'an extension behind what may be a mobile',
      'number.extensionUnsupported',
      '/extension',
      { number: '+12025550123', extension: '12' },
    ],
    ['spreadsheet damage', 'number.invalid', '/number', { number: '4.68E+10' }],
    ['a language without texts', 'locale.unsupported', '/locale', { number: '+46701234567', locale: 'tlh' }],
    [
      'a sign-in without a mobile',
      'number.notRegistered',
      '/number',
      { number: undefined, purpose: 'signIn' },
    ],
  ])('for %s: %s', async (_what, code, field, number) => {
    const answer = await refusal({ body: { ...mobile, userId: 'u-2', ...number } });
    expect(answer).toMatchObject({ status: 422, json: { code } });
    expect(answer.fields).toContain(field);
  });

  test('where the policy allows none', async () => {
    const texts = { headers: { ...json, authorization: `Bearer ${withoutTexts}` }, body: mobile };
    expect(await refusal(texts)).toMatchObject({ status: 403, json: { code: 'policy.textMessageRefused' } });
    const mobiles = { headers: { ...json, authorization: `Bearer ${withoutMobiles}` }, body: mobile };
    expect(await refusal(mobiles)).toMatchObject({
      status: 403,
      json: { code: 'policy.mobilePhoneRefused' },
    });
  });

  test('while another code of the user is open', async () => {
    const again = { userId: 'u-sent', number: '+46701230002', channel: 'sms' };
    expect(await refusal({ body: again })).toMatchObject({
      ...{ status: 409, json: { code: 'verification.alreadyOpen', verificationId: sent } },
    });
  });
});

describe('a code is refused', () => {
  test.each<[what: string, body: unknown, field: string]>([
    ['nothing', '', '/code'],
    ['null', 'null', ''],
    ['a list', [], ''],
    ['a text', '"123456"', ''],
    ['an empty object', {}, '/code'],
    ['null for the code', { code: null }, '/code'],
    ['a number', { code: 123456 }, '/code'],
    ['a number that lost its zero', { code: 12345 }, '/code'],
    ['an object', { code: { $ne: '' } }, '/code'],
    ['a list of codes', { code: ['123456', '123457'] }, '/code'],
    ['true', { code: true }, '/code'],
    ['an empty text', { code: '' }, '/code'],
    ['spaces', { code: '      ' }, '/code'],
    ['five digits', { code: '12345' }, '/code'],
    ['seven digits', { code: '1234567' }, '/code'],
    ['letters', { code: 'abcdef' }, '/code'],
    ['a letter that looks like a zero', { code: '12345O' }, '/code'],
    ['a superscript', { code: '12345⁶' }, '/code'],
    ['a fraction', { code: '12345½' }, '/code'],
    ['a Roman numeral', { code: '12345Ⅵ' }, '/code'],
    ['a sign', { code: '+12345' }, '/code'],
    ['a power of ten', { code: '1e5000' }, '/code'],
    ['hexadecimal', { code: '0x1234' }, '/code'],
    ['SQL', { code: "' or ''='" }, '/code'],
    ['the whole text message', { code: `123456 is your code ${'x'.repeat(100)}` }, '/code'],
    ['a NUL', { code: '123\u0000456' }, '/code'],
    ['half a surrogate pair', '{"code":"12345\\ud83d"}', '/code'],
    ['a field too many', { code: '123456', userId: 'u-1' }, '/userId'],
    ['another name', { otp: '123456' }, '/code'],
  ])('that is %s', async (_what, body, field) => {
    const answer = await refusal({ path: check(sent), body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(answer.fields).toContain(field);
  });

  test.each<[what: string, status: number, code: string, wrong: () => Wrong]>([
    ['of a verification that never was', 404, 'verification.notFound', () => ({ path: check(UNKNOWN_ID) })],
    ['of an id that is none', 400, 'request.invalid', () => ({ path: check('x') })],
    ['of a verification by call', 409, 'code.notSent', () => ({ path: check(called) })],
    [
      'of another tenant',
      404,
      'verification.notFound',
      () => ({
        ...{ path: check(sent), headers: { ...json, authorization: `Bearer ${withoutTexts}` } },
      }),
    ],
    [
      'as a form',
      415,
      'request.unsupportedMediaType',
      () => ({
        ...{
          path: check(sent),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'code=123456',
        },
      }),
    ],
    ['with PUT', 405, 'route.methodNotAllowed', () => ({ path: check(sent), method: 'PUT' })],
    [
      'without a key',
      401,
      'apiKey.missing',
      () => ({ path: check(sent), headers: { ...json, authorization: '' } }),
    ],
  ])('%s', async (_what, status, code, wrong) => {
    expect(await refusal({ body: { code: '123456' }, ...wrong() })).toMatchObject({ status, json: { code } });
  });

  test('without being counted when it is none', async () => {
    const row = await world.db
      .selectFrom('verification')
      .select(['wrongKeys', 'outcome'])
      .where('id', '=', sent)
      .executeTakeFirst();
    expect(row).toEqual({ wrongKeys: 0, outcome: null });
  });
});

describe('another text is refused', () => {
  test.each<[what: string, status: number, code: string, path: () => string]>([
    ['of a verification that never was', 404, 'verification.notFound', () => UNKNOWN_ID],
    ['of an id that is none', 400, 'request.invalid', () => 'x'],
    ['of a verification by call', 409, 'code.notSent', () => called],
  ])('%s', async (_what, status, code, id) => {
    const answer = await refusal({ path: `${NEW}/${id()}/resend`, headers: {} });
    expect(answer).toMatchObject({ status, json: { code } });
  });
});
