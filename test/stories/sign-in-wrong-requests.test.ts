// Wrong requests for sign-ins by number: each is told what is wrong, by field and rule, and none is an error of ours.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';

const POLICY = { smsSignIn: { allowed: true }, countries: { allowed: ['SE', 'GB', 'US'] } };
const GOOD = { number: '+46702999888', nonce: 'n-1' };
const without = (name: 'number' | 'nonce') =>
  Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name));
const ID = '0198c0de-0000-7000-8000-000000000000';

/** What is asked for, the status and code of the answer, and the fields that it names. */
const REQUESTS: [body: unknown, status: number, code: string, fields: string[]][] = [
  [undefined, 400, 'request.invalid', ['/number', '/nonce']],
  [[], 400, 'request.invalid', ['']],
  [{}, 400, 'request.invalid', ['/number', '/nonce']],
  [without('number'), 400, 'request.invalid', ['/number']],
  [without('nonce'), 400, 'request.invalid', ['/nonce']],
  [{ ...GOOD, number: 46702999888 }, 400, 'request.invalid', ['/number']],
  [{ ...GOOD, number: '' }, 400, 'request.invalid', ['/number']],
  [{ ...GOOD, number: null }, 400, 'request.invalid', ['/number']],
  [{ ...GOOD, nonce: '' }, 400, 'request.invalid', ['/nonce']],
  [{ ...GOOD, nonce: 'ü' }, 400, 'request.invalid', ['/nonce']],
  [{ ...GOOD, nonce: 'n'.repeat(256) }, 400, 'request.invalid', ['/nonce']],
  [{ ...GOOD, nonce: 7 }, 400, 'request.invalid', ['/nonce']],
  [{ ...GOOD, country: 'Sweden' }, 400, 'request.invalid', ['/country']],
  [{ ...GOOD, audience: 'two words' }, 400, 'request.invalid', ['/audience']],
  [{ ...GOOD, deviceToken: 'k1.short' }, 400, 'request.invalid', ['/deviceToken']],
  [{ ...GOOD, deviceToken: 'x'.repeat(300) }, 400, 'request.invalid', ['/deviceToken']],
  [{ ...GOOD, clientAddress: 'localhost' }, 400, 'request.invalid', ['/clientAddress']],
  [{ ...GOOD, clientAddress: '192.0.2.1:443' }, 400, 'request.invalid', ['/clientAddress']],
  [{ ...GOOD, clientAddress: '192.0.2.0/24' }, 400, 'request.invalid', ['/clientAddress']],
  [{ ...GOOD, locale: 'svenska språket' }, 400, 'request.invalid', ['/locale']],
  [{ ...GOOD, userId: 'u-1842' }, 400, 'request.invalid', ['/userId']],
  [{ ...GOOD, channel: 'sms' }, 400, 'request.invalid', ['/channel']],
  [{ ...GOOD, extension: '12' }, 400, 'request.invalid', ['/extension']],
  [{ ...GOOD, number: '070-299 98 88' }, 422, 'number.invalid', ['/country']],
  [{ ...GOOD, number: '+467' }, 422, 'number.invalid', ['/number']],
  [{ ...GOOD, number: '+46702999888 ext. 12' }, 422, 'number.extensionUnsupported', ['/number']],
  [{ ...GOOD, number: '+46812345678' }, 422, 'number.typeRefused', ['/number']],
  [{ ...GOOD, number: '+33612345678' }, 422, 'number.countryRefused', ['/number']],
  [{ ...GOOD, number: '+46702999888', country: 'GB' }, 422, 'number.invalid', ['/country']],
  [{ ...GOOD, audience: 'https://other.example' }, 403, 'policy.audienceRefused', []],
  [{ ...GOOD, locale: 'tlh' }, 422, 'locale.unsupported', ['/locale']],
];

const OTHERS: [
  method: string,
  path: string,
  body: unknown,
  status: number,
  code: string,
  fields: string[],
][] = [
  ['GET', 'none', undefined, 400, 'request.invalid', ['id']],
  ['GET', ID, undefined, 404, 'signIn.notFound', []],
  ['POST', `${ID}/check`, { code: '123456' }, 404, 'signIn.notFound', []],
  ['POST', `${ID}/check`, { code: 123456 }, 400, 'request.invalid', ['/code']],
  ['POST', `${ID}/check`, { code: '12345' }, 400, 'request.invalid', ['/code']],
  ['POST', `${ID}/check`, {}, 400, 'request.invalid', ['/code']],
  ['POST', `${ID}/check`, { code: '123456', number: '+46702999888' }, 400, 'request.invalid', ['/number']],
  ['POST', `${ID}/resend`, undefined, 404, 'signIn.notFound', []],
  ['POST', `${ID}/cancel`, undefined, 404, 'signIn.notFound', []],
  ['DELETE', ID, undefined, 405, 'route.methodNotAllowed', []],
];

describeWorlds('wrong requests for sign-ins by number', { policy: POLICY }, ({ world }) => {
  test('say which field breaks which rule', async () => {
    const all = [
      ...REQUESTS.map((each) => ['POST', '', ...each] as const),
      ...OTHERS.map(([method, path, ...rest]) => [method, `/${path}`, ...rest] as const),
    ];
    for (const [method, path, body, status, code, fields] of all) {
      const answer = await world.api(method, `/v1/sign-ins${path}`, body);
      const about = `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`;
      expect([answer.status, answer.body.code], about).toEqual([status, code]);
      const named = (answer.body.errors ?? []) as { field: string; rule: string }[];
      expect(named.map(({ field }) => field).toSorted(), about).toEqual(fields.toSorted());
      for (const { rule } of named) expect(rule, about).toMatch(/\S.*\.$/);
      expect(answer.body.detail, about).not.toContain('702999888');
    }
  });

  test('are refused where the policy allows no such sign-in, and without a key or scope', async () => {
    const { api } = await world.addTenant('no-sign-ins');
    expect((await api('POST', '/v1/sign-ins', GOOD)).body).toMatchObject({
      ...{ status: 403, code: 'policy.smsSignInRefused' },
    });
    const noTexts = await world.addTenant('no-texts', { ...POLICY, textMessage: { allowed: false } });
    expect((await noTexts.api('POST', '/v1/sign-ins', GOOD)).body.code).toBe('policy.textMessageRefused');
    const response = await fetch(`${world.service.url}/v1/sign-ins`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
    const read = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'reads', scopes: ['read'] });
    const asked = await world.api('POST', '/v1/sign-ins', GOOD, { authorization: `Bearer ${read.key}` });
    expect(asked.body.code).toBe('apiKey.scopeMissing');
  });
});
