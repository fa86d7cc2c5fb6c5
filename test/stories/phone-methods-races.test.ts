// Phones are registered, entered, changed, enabled as user names and removed at once: there is exactly one default as long
// as any is verified, and nothing waits in a circle.
import { expect, test } from 'vitest';
import { PHONE_TYPES, type PhoneType } from '../../src/domain/phone-type.ts';
import { chanceFrom } from '../support/chance.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { register, wrongDefaults } from '../support/phone-methods.ts';

/** Operations that are under way at once. */
const AT_ONCE = 40;
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const ALLOWED = [200, 201, 404, 409];
/** So that requests really come at once. */
const OPTIONS = { policy: { smsSignIn: { allowed: true } }, poolSize: 42 };

describeWorlds('phones that change at once', OPTIONS, ({ world }) => {
  const of = (userId: string) => `/v1/users/${userId}/phone-methods`;
  const numbers = ['+46701234567', '+46701234568', '+46701234569'];

  test('have exactly one default, whatever happens in whatever order', async () => {
    const chance = chanceFrom(14);
    const users = ['crowd-1', 'crowd-2', 'crowd-3', 'crowd-4'];
    const statuses = new Set<number>();
    const api = async (method: string, path: string, body?: object) => {
      const { status } = await world.api(method, path, body);
      statuses.add(status);
    };
    const idOf = async (userId: string) => {
      const rows = await world.db
        .selectFrom('phoneMethod')
        .select('id')
        .where('userId', '=', userId)
        .execute();
      return rows.length === 0 ? UNKNOWN_ID : chance.oneOf(rows).id;
    };
    const registerOne = (userId: string, phoneType: PhoneType, phoneNumber: string) =>
      register(world, { userId, phoneType, phoneNumber });
    const choose = async (userId: string) => api('POST', `${of(userId)}/${await idOf(userId)}/set-default`);
    const remove = async (userId: string) => api('DELETE', `${of(userId)}/${await idOf(userId)}`);
    const change = async (userId: string, _type: PhoneType, number: string) =>
      api('PATCH', `${of(userId)}/${await idOf(userId)}`, { number });
    const add = (userId: string, phoneType: PhoneType, number: string) =>
      api('POST', of(userId), { phoneType, number });
    const enter = (userId: string, phoneType: PhoneType, number: string) =>
      api('POST', '/v1/phone-methods/import', { value: [{ userId, phoneType, number }] });
    const enterAll = (_userId: string, phoneType: PhoneType, number: string) =>
      api('POST', '/v1/phone-methods/import', {
        value: users.toReversed().map((userId) => ({ userId, phoneType, number })),
      });
    const enable = async (userId: string) =>
      api('POST', `${of(userId)}/${await idOf(userId)}/enable-sms-sign-in`);
    const disable = async (userId: string) =>
      api('POST', `${of(userId)}/${await idOf(userId)}/disable-sms-sign-in`);
    const require = (userId: string) => api('POST', `/v1/users/${userId}/require-reregistration`);
    // The more often something is listed, the more often it happens.
    const operations = [
      ...Array(8).fill(registerOne),
      ...Array(8).fill(remove),
      ...Array(6).fill(choose),
      ...Array(12).fill(enable),
      ...[change, change, add, add, enter, enterAll, disable, require],
    ] as ((userId: string, phoneType: PhoneType, number: string) => Promise<unknown>)[];
    const oneOperation = () =>
      chance.oneOf(operations)(chance.oneOf(users), chance.oneOf(PHONE_TYPES), chance.oneOf(numbers));
    for (let round = 0; round < 12; round += 1) {
      const under = Array.from({ length: AT_ONCE }, oneOperation);
      // What others see meanwhile is right, too.
      expect(await wrongDefaults(world)).toBe(0);
      await Promise.all(under);
      expect(await wrongDefaults(world)).toBe(0);
    }
    expect([...statuses].filter((status) => !ALLOWED.includes(status))).toEqual([]);
    expect(statuses.size).toBeGreaterThan(2);
  });

  test('a phone that is removed while it is registered again leaves no app password, or is there with it', async () => {
    const chance = chanceFrom(27);
    const turns = Array.from({ length: 6 }, () => chance.upTo(12));
    for (const [round, turn] of turns.entries()) {
      const userId = `raced-${round}`;
      const { number } = await world.story('press-pound', { userId });
      const [phone] = (await world.api('GET', of(userId))).body.value;
      await world.api('POST', '/v1/verifications', { userId, number: number.e164 });
      const settled = world.settle();
      for (let wait = 0; wait < turn; wait += 1) await world.api('GET', '/v1/key');
      expect(await world.api('DELETE', `${of(userId)}/${phone.id}`)).toMatchObject({ status: 200 });
      await settled;
      expect((await world.api('GET', of(userId))).body.value).toEqual([]);
      expect((await world.api('GET', `/v1/users/${userId}/app-passwords`)).body.value).toEqual([]);
    }
    expect(await wrongDefaults(world)).toBe(0);
  });

  test('an alternate mobile that is registered while the mobile is removed is there with it, or not at all', async () => {
    const chance = chanceFrom(33);
    for (let round = 0; round < 8; round += 1) {
      const userId = `beside-${round}`;
      const [phoneNumber = '', number = ''] = numbers;
      const mobile = await register(world, { userId, phoneType: 'mobile', phoneNumber });
      world.simulator.desk.script(number, 'press-pound');
      await world.api('POST', '/v1/verifications', { userId, phoneType: 'alternateMobile', number });
      const settled = world.settle();
      for (let wait = chance.upTo(14); wait > 0; wait -= 1) await world.api('GET', '/v1/key');
      const removed = (await world.api('DELETE', `${of(userId)}/${mobile}`)).status === 200;
      await settled;
      const { value } = (await world.api('GET', of(userId))).body;
      const types = value.map(({ phoneType }: { phoneType: string }) => phoneType);
      expect(types).toEqual(removed ? [] : ['mobile', 'alternateMobile']);
    }
    expect(await wrongDefaults(world)).toBe(0);
  });

  test('a user who must register again while a registration finishes has no phone that counts', async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const { userId } = await world.request('press-pound', { userId: `again-${turn}` });
      const settled = world.settle();
      for (let wait = 0; wait < turn; wait += 1) await world.api('GET', '/v1/key');
      const { status } = await world.api('POST', `/v1/users/${userId}/require-reregistration`);
      expect(status).toBe(200);
      await settled;
      const { value } = (await world.api('GET', of(userId))).body;
      expect(value.filter(({ verifiedAt }: { verifiedAt: string | null }) => verifiedAt !== null)).toEqual(
        [],
      );
    }
  });
});
