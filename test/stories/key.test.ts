// A backend tests its key: whose it is, what it is called and since when there is one, and never the key itself.
import { expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';

const { world } = worldOn('embedded');

test('a key says whose it is, and nothing that proves it', async () => {
  const answer = await world.api('GET', '/v1/key');
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    id: world.key.split('_')[1],
    name: 'story',
    tenantId: 'contoso',
    tenantName: 'contoso AB',
    scopes: ['read', 'verifications:write', 'users:write', 'policy:write', 'audit:read'],
    createdAt: '2026-11-21T09:00:00.000Z',
  });
  const [, , ...secret] = world.key.split('_');
  expect(JSON.stringify(answer.body)).not.toContain(secret.join('_'));
});

test('the key of another tenant is another key', async () => {
  const { api } = await world.addTenant('fabrikam');
  expect((await api('GET', '/v1/key')).body).toMatchObject({
    tenantId: 'fabrikam',
    tenantName: 'fabrikam AB',
  });
});

test.each<[what: string, key: string | null, code: string]>([
  ['no key', null, 'apiKey.missing'],
  ['a wrong key', `pk_${'a'.repeat(12)}_${'b'.repeat(43)}`, 'apiKey.invalid'],
  ['a key cut short', 'pk_abc', 'apiKey.invalid'],
])('%s is refused as everywhere', async (_what, key, code) => {
  const answer = await clientOf(() => world.service.url ?? '', key)('GET', '/v1/key');
  expect(answer).toMatchObject({ status: 401, body: { code } });
});

test('a revoked key is refused', async () => {
  const { id, key } = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'old' });
  const api = clientOf(() => world.service.url ?? '', key);
  expect((await api('GET', '/v1/key')).body).toMatchObject({
    id,
    name: 'old',
    scopes: ['read', 'verifications:write'],
  });
  await world.service.apiKeys.revoke(id);
  expect(await api('GET', '/v1/key')).toMatchObject({ status: 401, body: { code: 'apiKey.invalid' } });
});
