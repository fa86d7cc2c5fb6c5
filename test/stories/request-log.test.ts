// The log of requests answers "why was this request refused, and whose was it?"
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type FreshStores, freshStores } from '../support/stores.ts';
import { openWorld, type World } from '../support/world.ts';

let stores: FreshStores;
let world: World;
beforeAll(async () => {
  stores = await freshStores('embedded');
  world = await openWorld(stores);
});
afterAll(async () => {
  await world?.close();
  await stores?.drop();
});

/** The line of a request, once it is there. */
const lineOf = (requestId: string) =>
  vi.waitFor(() => {
    const all: Record<string, unknown>[] = world.log.map((line) => JSON.parse(line));
    const lines = all.filter((line) => line.requestId === requestId && 'route' in line);
    expect(lines).toHaveLength(1);
    return lines[0];
  });

test('the line of a refused request has the code of the problem and the tenant', async () => {
  const body = { userId: 'u-1', number: '+46900123456' };
  await world.api('POST', '/v1/verifications', body, { 'x-request-id': 'refused' });
  expect(await lineOf('refused')).toMatchObject({
    route: '/v1/verifications',
    status: 422,
    code: 'number.typeRefused',
    tenantId: 'contoso',
  });
});

test('the line of a request with a wrong key has the code alone', async () => {
  const headers = { 'x-request-id': 'wrong-key', authorization: 'Bearer open-sesame' };
  await world.api('GET', '/v1/policy', undefined, headers);
  const line = await lineOf('wrong-key');
  expect(line).toMatchObject({ status: 401, code: 'apiKey.invalid' });
  expect(line).not.toHaveProperty('tenantId');
});
