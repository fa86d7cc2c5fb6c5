// A phone is taken away from its user: it does not sign in any more, and what it vouched for is revoked.
import { expect, test, vi } from 'vitest';
import { runBeside } from '../support/command-line.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { ANY_STORE } from '../support/stores.ts';

const { world } = worldOn(ANY_STORE);
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';

const phonesOf = async (userId: string) =>
  (await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value;
const remove = (userId: string, id: string) => world.api('DELETE', `/v1/users/${userId}/phone-methods/${id}`);

async function registered() {
  const { userId } = await world.story('press-pound');
  const [phone] = await phonesOf(userId);
  return { userId, phone };
}

test('a removed phone is gone with its app passwords, and an audit event says so', async () => {
  const { userId, phone } = await registered();
  expect(await remove(userId, phone.id)).toMatchObject({ status: 200, body: { appPasswordsRevoked: 1 } });
  expect(await phonesOf(userId)).toEqual([]);
  expect((await world.api('GET', `/v1/users/${userId}/app-passwords`)).body.value).toEqual([]);
  const events = await world.db
    .selectFrom('auditEvent')
    .select('data')
    .where('userId', '=', userId)
    .where('type', '=', 'phoneMethod.removed')
    .execute();
  expect(events).toEqual([
    {
      data: {
        phoneMethodId: phone.id,
        phoneType: 'office',
        appPasswordsRevoked: 1,
        verificationsEnded: 0,
      },
    },
  ]);
  expect(await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' })).toMatchObject({
    status: 422,
    body: { code: 'number.notRegistered' },
  });
});

test('a phone that there is not, or that is of somebody else, is not removed', async () => {
  const { userId, phone } = await registered();
  const { api } = await world.addTenant('fabrikam');
  const wrong = [
    await remove(userId, UNKNOWN_ID),
    await remove('somebody-else', phone.id),
    await api('DELETE', `/v1/users/${userId}/phone-methods/${phone.id}`),
  ];
  for (const answer of wrong)
    expect(answer).toMatchObject({ status: 404, body: { code: 'phoneMethod.notFound' } });
  expect(await phonesOf(userId)).toHaveLength(1);
});

test('a sign-in that rings meanwhile is ended, and not approved', async () => {
  const { userId, phone } = await registered();
  world.time.pause();
  const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
  await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
  expect(await remove(userId, phone.id)).toMatchObject({ status: 200 });
  world.time.resume();
  await world.settle();
  expect(await world.read(body.id)).toMatchObject({
    state: 'finished',
    outcome: 'blocked',
    errorCode: 'phoneMethodRemoved',
  });
});

test('the policy decides whether a mobile may be an office phone', async () => {
  const mobile = { userId: 'u-mobile', number: '+46701234567' };
  const { body } = await world.api('POST', '/v1/verifications', mobile);
  expect(body).toMatchObject({ state: 'queued', number: { type: 'MOBILE' } });
  await world.settle();
  await setPolicy(world, { officePhone: { mobileNumbers: 'refused' } });
  const refused = await world.api('POST', '/v1/verifications', mobile);
  expect(refused).toMatchObject({ status: 422, body: { code: 'number.typeRefused' } });
  expect(refused.body.detail).toContain('does not allow mobile numbers as office phones');
  const fixed = await world.api('POST', '/v1/verifications', { userId: 'u-9', number: world.newNumber() });
  expect(fixed.status).toBe(201);
  await world.settle();
});

test('an operator lists phones with masked numbers, removes one, and erases the user', async () => {
  await setPolicy(world, {});
  const { id, userId, number } = await world.story('press-pound', { extension: '4711' });
  const poundkey = (...words: string[]) => runBeside(world, words);
  const list = await poundkey('list-phones', 'contoso', userId);
  const [phone] = await phonesOf(userId);
  expect(list.output).toBe(
    `${phone.id}  office  created ${phone.createdDateTime}  default  +46 ••• ${number.e164.slice(-2)}, with an extension`,
  );
  const json = await poundkey('list-phones', 'contoso', userId, '--json');
  expect(json.output).not.toContain(number.e164.slice(3));
  expect(json.output).not.toContain('4711');
  const removed = await poundkey('remove-phone', 'contoso', userId, phone.id);
  expect(removed.output).toBe(
    `The phone ${phone.id} is removed. App passwords of ${userId} that were revoked: 1.`,
  );
  expect(await poundkey('remove-phone', 'contoso', userId, phone.id)).toMatchObject({ exitCode: 2 });
  const none = await poundkey('list-phones', 'contoso', userId);
  expect(none.output).toBe(`The user ${userId} has no phones.`);
  const erased = await poundkey('erase-user', 'contoso', userId);
  expect(erased).toMatchObject({
    exitCode: 0,
    output:
      'The user is erased. Verifications made anonymous: 1. Removed: phones 0, app passwords 1, outcome webhooks 0.',
  });
  const { output: story } = await poundkey('story', id);
  expect(story).toContain('(erased user)');
  expect(story).not.toContain(userId);
});
