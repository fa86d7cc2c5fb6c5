import { createHash } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceError } from '../../../src/errors.ts';
import { MIGRATIONS } from '../../../src/registry/migrations.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { createApiKeys } from '../../../src/tenants/api-keys.ts';
import { createRememberedKeys } from '../../../src/tenants/remembered-keys.ts';
import { createTenants } from '../../../src/tenants/tenants.ts';

const now = new Date('2026-11-21T09:00:00Z');
const clock = { now: () => now };
const pglite = new PGlite();
let queries: string[] = [];
const db = new Kysely<Registry>({
  dialect: new PGliteDialect({ pglite }),
  plugins: [new CamelCasePlugin()],
  log: (event) => void queries.push(event.query.sql),
});
const tenants = createTenants({ db, clock });
const apiKeys = createApiKeys({ db, clock });

/** Whose key it is, by the key's own row. */
const authenticate = (authorization: string | undefined) =>
  apiKeys.authenticate(authorization, async (id) => {
    const row = await db.selectFrom('apiKey').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? { ...row, facts: { tenantId: row.tenantId, keyId: row.id } } : null;
  });

beforeAll(async () => {
  for (const { up } of Object.values(MIGRATIONS)) await up(db as unknown as Kysely<unknown>);
  await tenants.create({ id: 'contoso', name: 'Contoso', policy: { locale: 'sv-SE' } });
  await tenants.create({ id: 'fabrikam', name: 'Fabrikam' });
});

afterAll(async () => {
  await db.destroy();
});

function refusalOf(authorization: string | undefined): Promise<ServiceError> {
  return authenticate(authorization).then(
    () => {
      throw new Error('It was accepted.');
    },
    (error: ServiceError) => error,
  );
}

describe('an API key', () => {
  test('looks like pk_, 12 characters, 43 characters', async () => {
    const { id, key } = await apiKeys.create({ tenantId: 'contoso', name: 'sign-in server' });
    expect(key).toMatch(/^pk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    expect(key.split('_')[1]).toBe(id);
  });

  test('is stored only as the SHA-256 of its secret', async () => {
    const { id, key } = await apiKeys.create({ tenantId: 'contoso', name: 'sign-in server' });
    const secret = key.slice(`pk_${id}_`.length);
    const row = await db.selectFrom('apiKey').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(row).toEqual({
      id,
      tenantId: 'contoso',
      name: 'sign-in server',
      scopes: 'read verifications:write',
      secretHash: createHash('sha256').update(secret).digest('hex'),
      createdAt: now,
      revokedAt: null,
    });
  });

  test('is another each time', async () => {
    const made = await Promise.all(
      Array.from({ length: 50 }, () => apiKeys.create({ tenantId: 'contoso', name: 'x' })),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(50);
    expect(new Set(made.map(({ key }) => key.slice(-43))).size).toBe(50);
  });

  test('tells whose it is, with what was found besides', async () => {
    const { id, key } = await apiKeys.create({ tenantId: 'contoso', name: 'x' });
    expect(await authenticate(`Bearer ${key}`)).toEqual({
      tenantId: 'contoso',
      keyId: id,
    });
    const other = await apiKeys.create({ tenantId: 'fabrikam', name: 'x' });
    expect(await authenticate(`bearer  ${other.key}`)).toMatchObject({
      tenantId: 'fabrikam',
      keyId: other.id,
    });
  });

  test.each([
    ['of an unknown tenant', { tenantId: 'nobody', name: 'x' }, '/tenantId'],
    ['without a name', { tenantId: 'contoso', name: ' ' }, '/name'],
    ['with a name too long', { tenantId: 'contoso', name: 'x'.repeat(81) }, '/name'],
    ['with a NUL in its name', { tenantId: 'contoso', name: 'x\u0000' }, '/name'],
  ])('is not made: %s', async (_what, request, field) => {
    await expect(apiKeys.create(request)).rejects.toMatchObject({
      code: 'request.invalid',
      problems: [{ field }],
    });
  });
});

describe('an Authorization header', () => {
  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['another scheme', 'Basic cGs6eA=='],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['two tokens', 'Bearer a b'],
  ])('misses the key: %s', async (_what, authorization) => {
    expect(await refusalOf(authorization)).toMatchObject({ code: 'apiKey.missing', status: 401 });
  });

  test.each([
    ['nonsense', 'Bearer nonsense'],
    ['a secret too short', `Bearer pk_abcdefghijkm_${'A'.repeat(42)}`],
    ['an unknown id', `Bearer pk_abcdefghijkm_${'A'.repeat(43)}`],
    ['SQL', "Bearer pk_'or'1'='1'--_x"],
    ['a very long key', `Bearer pk_${'a'.repeat(10_000)}`],
  ])('has a wrong key: %s', async (_what, authorization) => {
    expect(await refusalOf(authorization)).toMatchObject({ code: 'apiKey.invalid', status: 401 });
  });

  test('is refused alike, after the same work, for an unknown id, a wrong secret and a revoked key', async () => {
    const live = await apiKeys.create({ tenantId: 'contoso', name: 'x' });
    const revoked = await apiKeys.create({ tenantId: 'contoso', name: 'x' });
    expect(await apiKeys.revoke(revoked.id)).toBe(true);
    const wrong = [
      `pk_zzzzzzzzzzzz_${'A'.repeat(43)}`,
      `${live.key.slice(0, -43)}${revoked.key.slice(-43)}`,
      revoked.key,
    ];
    const seen = [];
    for (const key of wrong) {
      queries = [];
      const { code, message, problems } = await refusalOf(`Bearer ${key}`);
      seen.push(JSON.stringify({ code, message, problems, queries }));
    }
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toContain('apiKey.invalid');
    expect(queries).toHaveLength(1);
    expect((await authenticate(`Bearer ${live.key}`)).keyId).toBe(live.id);
  });

  test('never comes back in an error', async () => {
    const { key } = await apiKeys.create({ tenantId: 'contoso', name: 'x' });
    const error = await refusalOf(`Bearer ${key.slice(0, -1)}!`);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(key.slice(16, 30));
  });
});

describe('revoking', () => {
  test('works once', async () => {
    const { id, key } = await apiKeys.create({ tenantId: 'contoso', name: 'x' });
    expect(await apiKeys.revoke(id)).toBe(true);
    expect(await apiKeys.revoke(id)).toBe(false);
    expect((await refusalOf(`Bearer ${key}`)).code).toBe('apiKey.invalid');
    expect(await apiKeys.revoke('zzzzzzzzzzzz')).toBe(false);
  });
});

describe('a tenant', () => {
  test('has the policy it was made with', async () => {
    expect(await tenants.policyOf('contoso')).toEqual({
      tenantName: 'Contoso',
      country: null,
      policy: { locale: 'sv-SE' },
    });
    expect(await tenants.policyOf('fabrikam')).toEqual({ tenantName: 'Fabrikam', country: null, policy: {} });
    expect(await tenants.policyOf('nobody')).toBeNull();
  });

  test('stays as it is when it is made again', async () => {
    expect(await tenants.create({ id: 'once', name: ' Once ' })).toBe(true);
    expect(await tenants.create({ id: 'once', name: 'Twice', policy: { locale: 'en-US' } })).toBe(false);
    expect(await tenants.policyOf('once')).toEqual({ tenantName: 'Once', country: null, policy: {} });
  });

  test.each([
    ['an empty id', { id: '', name: 'x' }, '/id'],
    ['capitals in the id', { id: 'Contoso', name: 'x' }, '/id'],
    ['41 characters of id', { id: 'x'.repeat(41), name: 'x' }, '/id'],
    ['a line break after the id', { id: 'contoso\n', name: 'x' }, '/id'],
    ['no name', { id: 'x', name: '' }, '/name'],
    ['81 characters of name', { id: 'x', name: 'x'.repeat(81) }, '/name'],
  ])('is not made: %s', async (_what, tenant, field) => {
    await expect(tenants.create(tenant)).rejects.toMatchObject({
      code: 'request.invalid',
      problems: [{ field }],
    });
  });
});

describe('a look for a key', () => {
  const lookups = async (header: string) => {
    let count = 0;
    await apiKeys
      .authenticate(header, async (id) => {
        count += 1;
        const row = await db.selectFrom('apiKey').selectAll().where('id', '=', id).executeTakeFirst();
        return row ? { ...row, facts: null } : null;
      })
      .catch(() => undefined);
    return count;
  };

  test('that was refused is not repeated, and others of its id are looked for', async () => {
    const { id, key } = await apiKeys.create({ tenantId: 'contoso', name: 'looked for' });
    const wrong = `Bearer pk_${id}_${'x'.repeat(43)}`;
    expect([await lookups(wrong), await lookups(wrong), await lookups(wrong)]).toEqual([1, 0, 0]);
    expect(() => apiKeys.isKnown(wrong)).toThrow('unknown, wrong or revoked');
    expect(apiKeys.isKnown(`Bearer ${key}`)).toBe(false);
    expect([await lookups(`Bearer ${key}`), await lookups(`Bearer ${key}`)]).toEqual([1, 1]);
    expect(apiKeys.isKnown(`Bearer ${key}`)).toBe(true);
    await apiKeys.revoke(id);
    expect([await lookups(`Bearer ${key}`), await lookups(`Bearer ${key}`)]).toEqual([1, 0]);
    expect(() => apiKeys.isKnown(`Bearer ${key}`)).toThrow('unknown, wrong or revoked');
  });

  test('is remembered for a while, of so many keys', () => {
    const time = { now: 0 };
    const remembered = createRememberedKeys(() => time.now, 60_000);
    remembered.refused('first');
    time.now = 59_999;
    expect(remembered.isRefused('first')).toBe(true);
    time.now = 60_000;
    expect(remembered.isRefused('first')).toBe(false);
    for (let count = 0; count <= 10_000; count += 1) remembered.refused(`key ${count}`);
    expect([remembered.isRefused('key 0'), remembered.isRefused('key 1')]).toEqual([false, true]);
  });
});
