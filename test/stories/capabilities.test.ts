// What a user may do, and every reason why not: the very reasons with which requests are refused.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { register as registerPhone } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';

const ONE = { count: 1, windowS: 600 };

interface Capability {
  reasons: { code: string; changeableBy: string }[];
}
interface Way {
  phoneType: string;
  channel: string;
  register: Capability;
  signIn: Capability;
}

describeWorlds('what a user may do', ({ world }) => {
  let tenants = 0;

  const tenantWith = async (policy: Record<string, unknown> = {}) => {
    tenants += 1;
    const tenantId = `tenant-${tenants}`;
    const own = world.newNumber();
    const { api } = await world.addTenant(tenantId, policy);
    const can = async (about?: object) => (await api('POST', '/v1/users/u-1/capabilities', about)).body;
    const codes = async (about?: object) => {
      const { registerOfficePhone, signIn, appPassword } = await can(about);
      const of = (capability: { allowed: boolean; reasons: { code: string }[] }) => {
        expect(capability.allowed).toBe(capability.reasons.length === 0);
        return capability.reasons.map(({ code }) => code);
      };
      return { register: of(registerOfficePhone), signIn: of(signIn), password: of(appPassword) };
    };
    const ask = (body: object = {}) =>
      api('POST', '/v1/verifications', { userId: 'u-1', number: own, ...body });
    const register = async () => {
      await ask({ number: world.newNumber() });
      await world.settle();
    };
    return { api, tenantId, own, can, codes, ask, register };
  };
  const NOBODY = 'number.notRegistered';
  const MOBILE_FIRST = { code: 'phoneMethod.mobileFirst', changeableBy: 'user' };

  test('at first: register a phone and be issued an app password, and not sign in yet', async () => {
    const { can, register } = await tenantWith();
    const allowed = { allowed: true, reasons: [] };
    const notYet = {
      allowed: false,
      reasons: [
        {
          code: NOBODY,
          text: expect.stringContaining('Register one first'),
          changeableBy: 'user',
          until: null,
        },
      ],
    };
    const mobileFirst = { allowed: false, reasons: [expect.objectContaining(MOBILE_FIRST)] };
    const ways = { register: allowed, signIn: notYet };
    expect(await can()).toEqual({
      userId: 'u-1',
      ...{ registerOfficePhone: allowed, signIn: notYet, appPassword: allowed },
      phones: [
        { phoneType: 'office', channel: 'call', ...ways },
        { phoneType: 'mobile', channel: 'sms', ...ways },
        { phoneType: 'mobile', channel: 'call', ...ways },
        { phoneType: 'alternateMobile', channel: 'call', register: mobileFirst, signIn: notYet },
      ],
    });
    await register();
    expect(await can()).toMatchObject({ signIn: { allowed: true }, registerOfficePhone: { allowed: true } });
  });

  test.each<[what: string, about: object, code: string]>([
    ['that is none', { number: '123', country: 'SE' }, 'number.invalid'],
    ['without a country', { number: '08-123456' }, 'number.invalid'],
    ['of a type that is refused', { number: '+469001234567' }, 'number.typeRefused'],
    ['of a country that is refused', { number: '+12025550123' }, 'number.countryRefused'],
    ['with two extensions', { number: '+46812345678 x12', extension: '13' }, 'number.invalid'],
    ['with an extension', { number: '+46812345678', extension: '12' }, 'number.extensionUnsupported'],
    ['with an extension after it', { number: '+46812345678x12' }, 'number.extensionUnsupported'],
  ])('with a number %s: not register it', async (_what, about, code) => {
    const { codes, ask } = await tenantWith({
      countries: { allowed: ['SE'] },
      extension: { allowed: false },
    });
    expect(await codes(about)).toEqual({ register: [code], signIn: [NOBODY], password: [code] });
    expect(await ask({ number: undefined, ...about })).toMatchObject({ body: { code } });
  });

  test('with a number that may be called: register it', async () => {
    const { codes } = await tenantWith({ countries: { allowed: ['SE'] } });
    expect((await codes({ number: '08-12 34 56 78', country: 'se', extension: '12' })).register).toEqual([]);
  });

  test('is not to sign in with a phone whose country the policy has come to refuse', async () => {
    const { api, codes, register, ask } = await tenantWith();
    await register();
    const policy = { version: 1, countries: { allowed: ['NO'] } };
    await api('PUT', '/v1/policy', policy, { 'if-match': '"1"' });
    expect((await codes()).signIn).toEqual(['number.countryRefused']);
    const { body } = await ask({ purpose: 'signIn', number: undefined });
    expect(body.code).toBe('number.countryRefused');
  });

  test('is nothing under a policy without office phones, nor for who is blocked: every reason is named', async () => {
    const { api, can, codes, ask } = await tenantWith({
      officePhone: { allowed: false },
      appPassword: { issue: false },
      challenge: 'pin',
    });
    await api('PUT', '/v1/users/u-1/block', { reason: 'stolen', forS: 600 });
    const both = ['policy.officePhoneRefused', 'user.blocked', 'pin.notSet'];
    expect(await codes()).toEqual({
      register: both,
      signIn: [both[0], both[1], NOBODY, both[2]],
      password: ['policy.appPasswordsRefused', ...both],
    });
    const { registerOfficePhone } = await can();
    const until = new Date(world.time.now() + 600_000).toISOString();
    expect(registerOfficePhone.reasons[1]).toMatchObject({ code: 'user.blocked', until });
    expect(await ask()).toMatchObject({ status: 403, body: { code: both[0] } });
  });

  test('is said of each way to reach the user, with who can change it, as requests are refused', async () => {
    const { api, tenantId, can, ask, register } = await tenantWith();
    await register();
    await registerPhone(world, {
      ...{ tenantId, userId: 'u-1', phoneType: 'mobile', phoneNumber: '+46701234567' },
    });
    const ofWays = async (about?: object) => {
      const { phones } = await can(about);
      return Object.fromEntries(
        phones.map(({ phoneType, channel, register: registering, signIn }: Way) => [
          `${phoneType} ${channel}`,
          [registering, signIn].map(({ reasons }) =>
            reasons.map((each) => `${each.code} ${each.changeableBy}`),
          ),
        ]),
      );
    };
    const none = [`${NOBODY} user`];
    expect(await ofWays()).toEqual({
      ...{ 'office call': [[], []], 'mobile sms': [[], []], 'mobile call': [[], []] },
      'alternateMobile call': [[], none],
    });
    const landline = ['number.typeRefused user'];
    expect(await ofWays({ number: '+46812345678' })).toEqual({
      ...{ 'office call': [[], []], 'mobile sms': [landline, []], 'mobile call': [landline, []] },
      'alternateMobile call': [landline, none],
    });
    await setPolicy(world, { textMessage: { allowed: false }, officePhone: { allowed: false } }, tenantId);
    await api('PUT', '/v1/users/u-1/block', { reason: 'stolen', forS: 600 });
    const blocked = 'user.blocked administrator';
    const office = ['policy.officePhoneRefused administrator', blocked];
    const text = ['policy.textMessageRefused administrator', blocked];
    expect(await ofWays()).toEqual({
      ...{ 'office call': [office, office], 'mobile sms': [text, text] },
      ...{ 'mobile call': [[blocked], [blocked]], 'alternateMobile call': [[blocked], [blocked, ...none]] },
    });
    const way = { number: '+46701234567', phoneType: 'mobile', channel: 'sms' };
    expect(await ask(way)).toMatchObject({ status: 403, body: { code: 'policy.textMessageRefused' } });
  });

  test('without a PIN: nothing, where the policy asks for one', async () => {
    const { api, codes } = await tenantWith({ challenge: 'pin' });
    expect((await codes()).register).toEqual(['pin.notSet']);
    await api('PUT', '/v1/users/u-1/profile', { pin: '4807' });
    expect((await codes()).register).toEqual([]);
  });

  test.each(['perUser', 'perNumber', 'perTenant'])(
    'is limited %s, for a while; asking counts nothing',
    async (limit) => {
      const { can, codes, ask, own } = await tenantWith({ limits: { [limit]: ONE } });
      const about = { number: own };
      for (let times = 0; times < 3; times += 1) expect((await codes(about)).register).toEqual([]);
      expect((await ask()).status).toBe(201);
      await world.settle();
      expect((await codes(about)).register).toEqual(['limit.reached']);
      const { registerOfficePhone } = await can(about);
      const refused = await ask();
      expect(refused).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
      expect(registerOfficePhone.reasons[0].text).toBe(refused.body.detail);
      const waitMs = Date.parse(registerOfficePhone.reasons[0].until) - world.time.now();
      await world.time.advance(Math.max(1, waitMs));
      expect((await codes(about)).register).toEqual([]);
      await world.settle();
    },
  );

  test('is no further app password with forty of them', async () => {
    const { tenantId, codes, register } = await tenantWith();
    await register();
    const first = await world.db
      .selectFrom('appPassword')
      .selectAll()
      .where('tenantId', '=', tenantId)
      .executeTakeFirstOrThrow();
    const verification = await world.db
      .selectFrom('verification')
      .selectAll()
      .where('id', '=', first.verificationId)
      .executeTakeFirstOrThrow();
    const copies = Array.from({ length: 39 }, () => crypto.randomUUID());
    await world.db
      .insertInto('verification')
      .values(copies.map((id) => ({ ...verification, id, idempotencyKey: null, events: '[]' })))
      .execute();
    await world.db
      .insertInto('appPassword')
      .values(copies.map((id, index) => ({ ...first, id, hash: id, verificationId: id, place: index + 2 })))
      .execute();
    const full = ['appPassword.limitReached'];
    expect(await codes()).toEqual({ register: full, signIn: [], password: full });
  });

  test("is asked for one tenant's user only", async () => {
    const one = await tenantWith();
    const other = await tenantWith();
    await one.register();
    expect((await other.codes()).signIn).toEqual([NOBODY]);
  });
});
