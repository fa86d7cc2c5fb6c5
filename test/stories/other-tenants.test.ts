// What one tenant has, another neither sees nor touches: to it, it is as if it had never been.
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import type { Answer, World } from '../support/world.ts';
import { readState } from './stored-text.ts';

describeWorlds('another tenant', ({ world }) => {
  let stranger: World['api'];
  let approved: { id: string; userId: string };

  beforeAll(async () => {
    ({ api: stranger } = await world.addTenant('fabrikam'));
    approved = await world.story('press-pound');
  });

  /** An answer without what differs between any two: the id of the request. */
  const withoutRequest = ({ status, body: { instance, ...body } }: Answer) => ({ status, body });

  test.each<[what: string, method: string, path: (id: string) => string]>([
    ['read', 'GET', (id) => `/v1/verifications/${id}`],
    ['cancel', 'POST', (id) => `/v1/verifications/${id}/cancel`],
    ['reveal', 'POST', (id) => `/v1/verifications/${id}/reveal-app-password`],
  ])('cannot %s a verification: it is told what it would be told of none', async (_what, method, path) => {
    const before = await readState(world);
    const theirs = await stranger(method, path(approved.id));
    expect(theirs).toMatchObject({ status: 404, body: { code: 'verification.notFound' } });
    expect(withoutRequest(theirs)).toEqual(withoutRequest(await stranger(method, path(randomUUID()))));
    expect(await readState(world)).toEqual(before);
  });

  test('cannot cancel a verification that is still open', async () => {
    world.time.pause();
    const { id } = await world.request('press-pound');
    const refused = await stranger('POST', `/v1/verifications/${id}/cancel`);
    expect(refused).toMatchObject({ status: 404, body: { code: 'verification.notFound' } });
    world.time.resume();
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'approved' });
  });

  test('sees no phone of a user, not even of a user of the same name', async () => {
    const list = `/v1/users/${approved.userId}/phone-methods`;
    expect(await stranger('GET', list)).toMatchObject({ status: 200, body: { value: [] } });
    expect((await world.api('GET', list)).body.value).toHaveLength(1);
    const signIn = { userId: approved.userId, purpose: 'signIn' };
    expect(await stranger('POST', '/v1/verifications', signIn)).toMatchObject({
      status: 422,
      body: { code: 'number.notRegistered' },
    });
  });

  test('leaves the app password to whom it belongs', async () => {
    const reveal = `/v1/verifications/${approved.id}/reveal-app-password`;
    expect(await stranger('POST', reveal)).toMatchObject({ status: 404 });
    expect(await world.api('POST', reveal)).toMatchObject({ status: 200 });
  });
});
