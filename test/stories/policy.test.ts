// A tenant's policy: read and replaced over HTTP, every version kept, and no change of anybody's lost.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { START } from '../support/world.ts';

describeWorlds('the policy', ({ world }) => {
  let tenants = 0;

  const newTenant = async (policy: Record<string, unknown> = {}) => {
    tenants += 1;
    const { api } = await world.addTenant(`tenant-${tenants}`, policy);
    const put = (document: object, etag: string) => api('PUT', '/v1/policy', document, { 'if-match': etag });
    return { api, put };
  };

  test('of a new tenant is version 1 with every default', async () => {
    const { api } = await newTenant({ patienceS: 60 });
    const { status, body, headers } = await api('GET', '/v1/policy');
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      version: 1,
      policy: { patienceS: 60, challenge: 'pound', fraud: { blockUser: true, blockForS: null } },
    });
  });

  test('that is replaced counts for the very next request, and what is left out has its default', async () => {
    const { api, put } = await newTenant({ patienceS: 60 });
    const replaced = await put({ version: 1, officePhone: { allowed: false } }, '"1"');
    expect(replaced).toMatchObject({
      status: 200,
      body: { version: 2, policy: { patienceS: 120, officePhone: { allowed: false } } },
    });
    expect(replaced.headers.get('etag')).toBe('"2"');
    expect((await api('GET', '/v1/policy')).body).toEqual(replaced.body);
    const refused = await api('POST', '/v1/verifications', { userId: 'u', number: world.newNumber() });
    expect(refused).toMatchObject({ status: 403, body: { code: 'policy.officePhoneRefused' } });
  });

  test('can be sent back as it was read', async () => {
    const { api, put } = await newTenant({ greeting: { 'sv-SE': { text: 'Hej!' } } });
    const { policy } = (await api('GET', '/v1/policy')).body;
    expect((await put(policy, '"1"')).body).toEqual({ version: 2, policy, colours: null });
  });

  test('keeps every version, the newest first, a page at a time', async () => {
    const { api, put } = await newTenant({ patienceS: 60 });
    for (const version of [1, 2, 3]) await put({ version: 1, patienceS: 60 + version }, `"${version}"`);
    const { body } = await api('GET', '/v1/policy/versions');
    expect(body.value).toMatchObject([
      { version: 4, document: { patienceS: 63, ringTimeoutS: 30 } },
      { version: 3, document: { patienceS: 62 } },
      { version: 2, document: { patienceS: 61 } },
      { version: 1, document: { patienceS: 60 }, createdAt: START.toISOString() },
    ]);
    const page = await api('GET', '/v1/policy/versions?before=4&limit=2');
    expect(page.body.value).toEqual(body.value.slice(1, 3));
    expect((await api('GET', '/v1/policy/versions?before=1')).body.value).toEqual([]);
  });

  test('is not replaced by who read an older version, and of ten at once one gets through', async () => {
    const { api, put } = await newTenant();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => put({ version: 1, patienceS: 20 + index }, '"1"')),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await api('GET', '/v1/policy')).body).toEqual(winner?.body);
    expect((await api('GET', '/v1/policy/versions')).body.value).toHaveLength(2);
    expect((await put({ version: 1 }, '"1"')).body).toMatchObject({ code: 'policy.changedMeanwhile' });
  });

  test("is nobody else's", async () => {
    const one = await newTenant();
    const other = await newTenant();
    await one.put({ version: 1, patienceS: 33 }, '"1"');
    expect((await other.api('GET', '/v1/policy')).body).toMatchObject({
      version: 1,
      policy: { patienceS: 120 },
    });
    expect((await other.api('GET', '/v1/policy/versions')).body.value).toHaveLength(1);
  });
});
