// The phones of a user: one of each type, verified or only entered, and one of them the default.
import { describe, expect, test, vi } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { register } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';

const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const MOBILE = '+46701234567';
const OTHER_MOBILE = '+46701234568';

describeWorlds('phone methods', ({ world }) => {
  const of = (userId: string) => `/v1/users/${userId}/phone-methods`;
  const phonesOf = async (userId: string) => (await world.api('GET', of(userId))).body.value;
  const remove = (userId: string, id: string) => world.api('DELETE', `${of(userId)}/${id}`);
  const setDefault = (userId: string, id: string) => world.api('POST', `${of(userId)}/${id}/set-default`);
  const change = (userId: string, id: string, to: object) => world.api('PATCH', `${of(userId)}/${id}`, to);
  const add = (userId: string, phone: object) => world.api('POST', of(userId), phone);
  const passwordsOf = async (userId: string) =>
    (await world.api('GET', `/v1/users/${userId}/app-passwords`)).body.value;
  const audited = async (userId: string) => {
    const query = world.db.selectFrom('auditEvent').select(['type', 'data']).where('userId', '=', userId);
    return (await query.where('verificationId', 'is', null).orderBy('at').execute()).map(({ type }) => type);
  };

  /** A user with a registered office phone. */
  async function registered() {
    const { userId, number } = await world.story('press-pound');
    const [office] = await phonesOf(userId);
    return { userId, number, office };
  }

  /** The same with a verified mobile. */
  async function withMobile() {
    const { userId, office } = await registered();
    const mobile = await register(world, { userId, phoneType: 'mobile', phoneNumber: MOBILE });
    return { userId, office: office.id as string, mobile };
  }

  describe('of a user who registers', () => {
    test('the first is the default, and may be removed', async () => {
      const { userId, office } = await registered();
      const allowed = { allowed: true, reasons: [] };
      expect(office).toMatchObject({
        phoneType: 'office',
        extension: null,
        isDefault: true,
        verifiedAt: office.createdDateTime,
        actions: { remove: allowed, setDefault: allowed, change: allowed },
      });
      expect((await world.api('GET', `${of(userId)}/${office.id}`)).body).toEqual(office);
      const missing = await world.api('GET', `${of(userId)}/${UNKNOWN_ID}`);
      expect(missing).toMatchObject({ status: 404, body: { code: 'phoneMethod.notFound' } });
    });

    test('a second is no default, and the default says why it cannot be removed', async () => {
      const { userId } = await withMobile();
      const [office, mobile] = await phonesOf(userId);
      expect([office.isDefault, mobile.isDefault]).toEqual([true, false]);
      const reasons = [
        {
          code: 'phoneMethod.isDefault',
          text: expect.stringContaining('Change the default first'),
          changeableBy: 'user',
        },
      ];
      expect(office.actions.remove).toEqual({ allowed: false, reasons });
      expect(mobile.actions.remove).toEqual({ allowed: true, reasons: [] });
    });

    test('another number takes the place of the one that there was, and stays the default', async () => {
      const { userId, office } = await registered();
      const { number } = await world.story('press-pound', { userId });
      const [now, ...more] = await phonesOf(userId);
      expect(more).toEqual([]);
      expect(now).toMatchObject({ id: office.id, isDefault: true });
      expect(now.phoneNumber.replace(' ', '')).toBe(number.e164);
    });
  });

  describe('the default', () => {
    test('is set for a verified phone, and set again it stays', async () => {
      const { userId, office, mobile } = await withMobile();
      for (let round = 0; round < 2; round += 1)
        expect(await setDefault(userId, mobile)).toMatchObject({ status: 200, body: { isDefault: true } });
      expect((await phonesOf(userId)).map(({ isDefault }: { isDefault: boolean }) => isDefault)).toEqual([
        false,
        true,
      ]);
      expect(await audited(userId)).toEqual(['phoneMethod.defaultSet']);
      expect(await remove(userId, mobile)).toMatchObject({
        status: 409,
        body: { code: 'phoneMethod.isDefault', detail: expect.stringContaining('Change the default first') },
      });
      expect(await remove(userId, office)).toMatchObject({ status: 200 });
      expect(await remove(userId, mobile)).toMatchObject({ status: 200 });
      expect(await phonesOf(userId)).toEqual([]);
    });

    test('is no phone that nobody verified, that there is not, or of somebody else', async () => {
      const { userId, office } = await registered();
      const { body } = await add(userId, { phoneType: 'mobile', number: MOBILE });
      expect(await setDefault(userId, body.id)).toMatchObject({
        status: 409,
        body: { code: 'phoneMethod.notVerified' },
      });
      expect(body.actions.setDefault.reasons).toMatchObject([{ code: 'phoneMethod.notVerified' }]);
      const { api } = await world.addTenant(`tenant-${userId}`);
      for (const wrong of [
        await setDefault(userId, UNKNOWN_ID),
        await setDefault('somebody-else', office.id),
        await api('POST', `${of(userId)}/${office.id}/set-default`),
      ])
        expect(wrong).toMatchObject({ status: 404, body: { code: 'phoneMethod.notFound' } });
      expect((await phonesOf(userId))[0]).toMatchObject({ isDefault: true });
    });
  });

  test('a mobile stays as long as there is an alternate mobile', async () => {
    const { userId, mobile } = await withMobile();
    const alternate = await register(world, {
      userId,
      phoneType: 'alternateMobile',
      phoneNumber: OTHER_MOBILE,
    });
    expect(await remove(userId, mobile)).toMatchObject({
      status: 409,
      body: { code: 'phoneMethod.mobileNeeded' },
    });
    // Both were registered at the same moment: which is listed first says nothing.
    const listed = (await phonesOf(userId)).find(({ id }: { id: string }) => id === mobile);
    expect(listed.actions.remove.reasons).toMatchObject([{ code: 'phoneMethod.mobileNeeded' }]);
    expect(await remove(userId, alternate)).toMatchObject({ status: 200 });
    expect(await remove(userId, mobile)).toMatchObject({ status: 200 });
  });

  describe('an alternate mobile', () => {
    const asking = (userId: string) =>
      world.api('POST', '/v1/verifications', { userId, phoneType: 'alternateMobile', number: OTHER_MOBILE });

    test('is registered only beside a mobile, verified or not', async () => {
      const userId = 'u-alternate';
      const refused = { status: 409, body: { code: 'phoneMethod.mobileFirst' } };
      expect(await asking(userId)).toMatchObject(refused);
      const { body: mobile } = await add(userId, { phoneType: 'mobile', number: MOBILE });
      world.simulator.desk.script(OTHER_MOBILE, 'press-pound');
      expect(await asking(userId)).toMatchObject({ status: 201 });
      await world.settle();
      const [, alternate] = await phonesOf(userId);
      expect(alternate).toMatchObject({ phoneType: 'alternateMobile', isDefault: true });
      await remove(userId, alternate.id);
      expect(await remove(userId, mobile.id)).toMatchObject({ status: 200 });
      expect(await asking(userId)).toMatchObject(refused);
    });

    test('is not called, and not registered, once the mobile is gone', async () => {
      const { userId, mobile } = await withMobile();
      world.simulator.desk.script(OTHER_MOBILE, 'press-pound');
      world.time.pause();
      const ringing = (await asking(userId)).body.id;
      await vi.waitFor(async () => expect((await world.read(ringing)).state).toBe('ringing'), SOON);
      expect(await remove(userId, mobile)).toMatchObject({ status: 200 });
      world.time.resume();
      await world.settle();
      expect(await world.read(ringing)).toMatchObject({ outcome: 'blocked', errorCode: 'mobileMissing' });
      expect(await phonesOf(userId)).toHaveLength(1);
      const password = await world.api('POST', `/v1/verifications/${ringing}/reveal-app-password`);
      expect(password.status).toBe(404);
    });
  });

  describe('a number that an administrator enters', () => {
    test('counts for nothing until it is verified, and then it is the default', async () => {
      const number = world.newNumber();
      const userId = `entered-${number.slice(-4)}`;
      const entered = await add(userId, {
        phoneType: 'office',
        number: `0${number.slice(3)}`,
        country: 'SE',
      });
      expect(entered).toMatchObject({ status: 201, body: { isDefault: false, verifiedAt: null } });
      const signIn = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      expect(signIn).toMatchObject({ status: 422, body: { code: 'number.notRegistered' } });
      const can = await world.api('POST', `/v1/users/${userId}/capabilities`, {});
      expect(can.body.signIn).toMatchObject({ allowed: false, reasons: [{ code: 'number.notRegistered' }] });
      world.simulator.desk.script(number, 'press-pound');
      await world.api('POST', '/v1/verifications', { userId, number });
      await world.settle();
      const [phone] = await phonesOf(userId);
      expect(phone).toMatchObject({ id: entered.body.id, isDefault: true, verifiedAt: expect.any(String) });
      const allowed = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      expect(allowed.status).toBe(201);
      await world.settle();
    });

    test('may be entered twice, and is kept from no other', async () => {
      const { userId, number } = await registered();
      const phone = { phoneType: 'office', number: number.e164 };
      expect(await add('u-colleague', phone)).toMatchObject({ status: 201 });
      expect(await add('u-colleague', phone)).toMatchObject({ status: 200, body: { verifiedAt: null } });
      const other = await add('u-colleague', { phoneType: 'office', number: world.newNumber() });
      expect(other).toMatchObject({ status: 409, body: { code: 'phoneMethod.typeTaken' } });
      expect(await add(userId, phone)).toMatchObject({ status: 200, body: { isDefault: true } });
      expect(await audited('u-colleague')).toEqual(['phoneMethod.added']);
    });

    test.each([
      [{ phoneType: 'alternateMobile', number: MOBILE }, 409, 'phoneMethod.mobileFirst'],
      [{ phoneType: 'office', number: '08-12' }, 422, 'number.invalid'],
      [{ phoneType: 'mobile', number: MOBILE, extension: '12' }, 422, 'number.extensionUnsupported'],
      [{ phoneType: 'fax', number: MOBILE }, 400, 'request.invalid'],
      [{ phoneType: 'office', number: '+46900123456' }, 422, 'number.typeRefused'],
      [{ phoneType: 'mobile', number: '+46812345678' }, 422, 'number.typeRefused'],
    ])('is refused as %o', async (phone, status, code) => {
      expect(await add('u-refused', phone)).toMatchObject({ status, body: { code } });
      expect(await phonesOf('u-refused')).toEqual([]);
    });

    test('is refused as an office phone where the policy allows none', async () => {
      await setPolicy(world, { officePhone: { allowed: false } });
      const { userId } = { userId: 'u-no-office' };
      const refused = await add(userId, { phoneType: 'office', number: world.newNumber() });
      expect(refused).toMatchObject({ status: 403, body: { code: 'policy.officePhoneRefused' } });
      expect(await add(userId, { phoneType: 'mobile', number: MOBILE })).toMatchObject({ status: 201 });
      await setPolicy(world, {});
    });

    test('is refused as a mobile where the policy allows none, also in a list and in place of another', async () => {
      const userId = 'u-no-mobile';
      const mobile = await register(world, { userId, phoneType: 'mobile', phoneNumber: MOBILE });
      await setPolicy(world, { mobilePhone: { allowed: false } });
      const code = 'policy.mobilePhoneRefused';
      const refused = { status: 403, body: { code } };
      expect(await add('u-other', { phoneType: 'mobile', number: MOBILE })).toMatchObject(refused);
      expect(await change(userId, mobile, { number: OTHER_MOBILE })).toMatchObject(refused);
      const [phone] = await phonesOf(userId);
      expect(phone).toMatchObject({ phoneNumber: '+46 701234567' });
      expect(phone.actions.change.reasons).toMatchObject([{ code, changeableBy: 'administrator' }]);
      const value = [{ userId: 'u-other', phoneType: 'mobile', number: MOBILE }];
      const list = await world.api('POST', '/v1/phone-methods/import', { value });
      expect(list.body.value).toMatchObject([{ result: 'refused', code }]);
      expect(await phonesOf('u-other')).toEqual([]);
      await setPolicy(world, {});
    });
  });

  describe('another number in place of one', () => {
    test('counts for nothing until it is verified; what the old one vouched for is revoked', async () => {
      const { userId, office } = await registered();
      const number = world.newNumber();
      expect(await change(userId, office.id, { number })).toMatchObject({
        status: 200,
        body: { id: office.id, isDefault: false, verifiedAt: null },
      });
      expect(await passwordsOf(userId)).toEqual([]);
      expect(await change(userId, office.id, { number })).toMatchObject({ status: 200 });
      expect(await audited(userId)).toEqual(['phoneMethod.changed']);
      const signIn = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      expect(signIn).toMatchObject({ status: 422, body: { code: 'number.notRegistered' } });
    });

    test('the same number again changes nothing, also of the default', async () => {
      const { userId } = await withMobile();
      const [office] = await phonesOf(userId);
      const same = await change(userId, office.id, { number: office.phoneNumber });
      expect(same).toMatchObject({ status: 200, body: office });
      const refused = await change(userId, office.id, { number: world.newNumber() });
      expect(refused).toMatchObject({ status: 409, body: { code: 'phoneMethod.isDefault' } });
      expect(await passwordsOf(userId)).toHaveLength(1);
      expect(await change(userId, UNKNOWN_ID, { number: MOBILE })).toMatchObject({ status: 404 });
      const [, mobile] = await phonesOf(userId);
      const landline = await change(userId, mobile.id, { number: office.phoneNumber });
      expect(landline).toMatchObject({ status: 422, body: { code: 'number.typeRefused' } });
    });

    test('ends the sign-in that calls the old one', async () => {
      const { userId, office } = await registered();
      world.time.pause();
      const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
      await change(userId, office.id, { number: world.newNumber() });
      world.time.resume();
      await world.settle();
      expect(await world.read(body.id)).toMatchObject({
        outcome: 'blocked',
        errorCode: 'phoneMethodRemoved',
      });
    });
  });

  test('the policy decides whether a removed phone takes the app passwords along', async () => {
    await setPolicy(world, { appPassword: { revokeOnRemoval: false } });
    const { userId, office } = await registered();
    expect(await remove(userId, office.id)).toMatchObject({ status: 200, body: { appPasswordsRevoked: 0 } });
    expect(await passwordsOf(userId)).toHaveLength(1);
    await setPolicy(world, {});
    const { body } = await add(userId, { phoneType: 'mobile', number: MOBILE });
    expect((await remove(userId, body.id)).body).toEqual({ appPasswordsRevoked: 0 });
    expect(await passwordsOf(userId)).toHaveLength(1);
  });

  describe('a user who must register again', () => {
    const require = (userId: string) => world.api('POST', `/v1/users/${userId}/require-reregistration`);

    test('has no phone that counts, keeps numbers and app passwords, and may register at once', async () => {
      const { userId } = await withMobile();
      expect(await require(userId)).toMatchObject({
        status: 200,
        body: { phoneMethods: 2, verificationsEnded: 0 },
      });
      const phones = await phonesOf(userId);
      expect(phones).toMatchObject([
        { isDefault: false, verifiedAt: null },
        { isDefault: false, verifiedAt: null },
      ]);
      expect(await passwordsOf(userId)).toHaveLength(1);
      expect((await require(userId)).body).toEqual({ phoneMethods: 0, verificationsEnded: 0 });
      expect(await audited(userId)).toEqual(['user.reregistrationRequired']);
      await world.story('press-pound', { userId });
      expect((await phonesOf(userId))[0]).toMatchObject({ isDefault: true, verifiedAt: expect.any(String) });
    });

    test('is on no call any more', async () => {
      const { userId } = await registered();
      world.time.pause();
      const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
      expect((await require(userId)).body).toEqual({ phoneMethods: 1, verificationsEnded: 1 });
      world.time.resume();
      await world.settle();
      expect(await world.read(body.id)).toMatchObject({
        outcome: 'blocked',
        errorCode: 'reregistrationRequired',
      });
    });
  });
});
