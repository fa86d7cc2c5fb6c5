// The profile of a user through the REST API: right and wrong requests, and that a PIN comes out nowhere.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';

const PATH = '/v1/users/erika/profile';
const PIN = '48071593';
const PIN_RULE = 'This must be 4 to 8 digits.';
const TAG_RULE = /^This must be a language tag of BCP 47/;

describeWorlds("a user's profile", ({ world }) => {
  test('shows the language and whether a PIN is set', async () => {
    expect(await world.api('GET', '/v1/users/nobody/profile')).toMatchObject({
      status: 200,
      body: { locale: null, hasPin: false },
    });
    const changed = await world.api('PUT', PATH, { locale: 'sv-FI', pin: PIN });
    expect(changed).toMatchObject({ status: 200, body: { locale: 'sv-FI', hasPin: true } });
    expect(Object.keys(changed.body)).toEqual(['locale', 'hasPin']);
    expect((await world.api('GET', PATH)).body).toEqual({ locale: 'sv-FI', hasPin: true });
  });

  test('belongs to one tenant', async () => {
    const other = await world.addTenant('fabrikam');
    await world.api('PUT', PATH, { locale: 'sv-SE', pin: PIN });
    expect((await other.api('GET', PATH)).body).toEqual({ locale: null, hasPin: false });
    await other.api('PUT', PATH, { locale: 'ja-JP', pin: null });
    expect((await world.api('GET', PATH)).body).toEqual({ locale: 'sv-SE', hasPin: true });
  });

  test.each<[wrong: string, body: unknown, field: string, rule: string | RegExp]>([
    ['too short a PIN', { pin: '123' }, '/pin', PIN_RULE],
    ['too long a PIN', { pin: '123456789' }, '/pin', PIN_RULE],
    ['an empty PIN', { pin: '' }, '/pin', PIN_RULE],
    ['a PIN with a letter', { pin: '12a4' }, '/pin', PIN_RULE],
    ['a PIN with a #', { pin: '1234#' }, '/pin', PIN_RULE],
    ['a PIN with a space', { pin: ' 1234' }, '/pin', PIN_RULE],
    ['a PIN with a line end', { pin: '1234\n' }, '/pin', PIN_RULE],
    ['a PIN that no phone has keys for', { pin: '١٢٣٤' }, '/pin', PIN_RULE],
    ['a PIN that is a number', { pin: 1234 }, '/pin', 'This must be text.'],
    ['a PIN that is a list', { pin: ['1', '2', '3', '4'] }, '/pin', 'This must be text.'],
    ['a language that is none', { locale: 'svenska!' }, '/locale', TAG_RULE],
    ['an empty language', { locale: '' }, '/locale', TAG_RULE],
    ['a language that leads elsewhere', { locale: '../../etc' }, '/locale', TAG_RULE],
    ['a language that is true', { locale: true }, '/locale', 'This must be text.'],
    ['nothing to change', {}, '', 'This must have at least one of locale and pin.'],
    ['a list', [], '', 'This must be a JSON object.'],
    ['an unknown field', { locale: 'sv-SE', name: 'Erika' }, '/name', /is not known/],
    ['an answer sent back', { locale: 'sv-SE', hasPin: true }, '/hasPin', /is not known/],
  ])('is not changed by %s', async (_wrong, body, field, rule) => {
    await world.api('PUT', PATH, { locale: 'nl-NL', pin: PIN });
    const answer = await world.api('PUT', PATH, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    const expected = { field, rule: rule instanceof RegExp ? expect.stringMatching(rule) : rule };
    expect(answer.body.errors).toContainEqual(expected);
    expect((await world.api('GET', PATH)).body).toEqual({ locale: 'nl-NL', hasPin: true });
  });

  test('refuses a language without prompts and names those there are; nothing of the request is kept', async () => {
    await world.api('PUT', PATH, { locale: 'nl-NL', pin: null });
    const answer = await world.api('PUT', PATH, { locale: 'zh-CN', pin: PIN });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'locale.unsupported',
        errors: [{ field: '/locale', rule: expect.stringMatching(/^This must be one of da-DK/) }],
      },
    });
    expect((await world.api('GET', PATH)).body).toEqual({ locale: 'nl-NL', hasPin: false });
  });

  test.each([
    ['a user id with a slash', 'PUT', '/v1/users/a%2Fb/profile', 400, 'request.invalid'],
    ['a user id that is too long', 'GET', `/v1/users/${'u'.repeat(129)}/profile`, 400, 'request.invalid'],
    ['a query', 'GET', `${PATH}?pin=1234`, 400, 'request.invalid'],
    ['POST', 'POST', PATH, 405, 'route.methodNotAllowed'],
    ['DELETE', 'DELETE', PATH, 405, 'route.methodNotAllowed'],
  ])('refuses %s', async (_wrong, method, path, status, code) => {
    const body = method === 'PUT' ? { locale: 'sv-SE' } : undefined;
    expect(await world.api(method, path, body)).toMatchObject({ status, body: { code } });
  });

  test("is nobody's without an API key", async () => {
    const stranger = clientOf(() => world.service.url ?? '', null);
    for (const method of ['GET', 'PUT'])
      expect(await stranger(method, PATH, method === 'PUT' ? { pin: PIN } : undefined)).toMatchObject({
        status: 401,
        body: { code: 'apiKey.missing' },
      });
  });

  test('is described without the PIN in any answer', async () => {
    const { body } = await world.api('GET', '/openapi.json');
    const { get, put } = body.paths['/v1/users/{userId}/profile'];
    expect([get.operationId, put.operationId]).toEqual(['readUserProfile', 'changeUserProfile']);
    expect(Object.keys(body.components.schemas.UserProfile.properties)).toEqual(['locale', 'hasPin']);
  });

  test('keeps the PIN out of the log and the registry', async () => {
    await world.api('PUT', PATH, { pin: PIN });
    await world.api('PUT', PATH, { pin: `${PIN}0` });
    expect(world.log.join('\n')).not.toContain(PIN);
    const rows = await world.db.selectFrom('userProfile').selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(PIN);
  });
});
