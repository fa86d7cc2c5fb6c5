// Ids of users are the tenant's own: directories have names with #, apostrophes and more. Each goes in as it is in
// bodies, percent-encoded in paths, and comes back as it was.
import { expect, test } from 'vitest';
import { createPoundkeyClient } from '../../src/client.ts';
import { worldOn } from '../support/open-worlds.ts';

const { world } = worldOn('embedded', { config: { webhooks: { allowPrivate: true, timeLimitMs: 1_000 } } });

test.each([
  'guest_example.com#EXT#@contoso.onmicrosoft.com',
  "o'brien@contoso.com",
  'CONTOSO\\åsa.ek',
  'b?c=d&e=%2F;f"g',
  '利用者:%00',
])('%j is the id of a user from the request to the registered phone', async (userId) => {
  const client = createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: world.key });
  const path = `/v1/users/${encodeURIComponent(userId)}`;
  const verification = await world.story('press-pound', { userId });
  expect(verification).toMatchObject({ userId, outcome: 'approved' });
  expect(await client.listPhoneMethods(userId)).toHaveLength(1);
  expect((await world.api('GET', `${path}/phone-methods`)).body.value).toHaveLength(1);
  expect(await client.changeUserProfile(userId, { locale: 'sv-SE' })).toMatchObject({ locale: 'sv-SE' });
  expect(await client.readCapabilities(userId)).toMatchObject({ userId, signIn: { allowed: true } });
  expect(await client.blockUser(userId, { reason: 'phone stolen' })).toMatchObject({ userId, blocked: true });
  const refused = await world.api('POST', '/v1/verifications', { userId, number: world.newNumber() });
  expect(refused).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
  expect(await client.unblockUser(userId)).toMatchObject({ userId, blocked: false });
});

test('two ids that differ in one character are two users', async () => {
  await world.story('press-pound', { userId: 'a#b' });
  const methods = await world.api('GET', `/v1/users/${encodeURIComponent('a%23b')}/phone-methods`);
  expect(methods.body.value).toEqual([]);
});
