// A key may do what its scopes say and nothing else, at every address of the API.
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '../../src/domain/scope.ts';
import { worldOn } from '../support/open-worlds.ts';
import { ANY_STORE } from '../support/stores.ts';
import { type Answer, clientOf, type World } from '../support/world.ts';
import { readState } from './stored-text.ts';

const { world } = worldOn(ANY_STORE);
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';

interface Operation {
  operationId: string;
  security?: { apiKey?: string[] }[];
  responses: Record<string, { description: string }>;
}

let operations: (Operation & { method: string; path: string })[];
const apis = new Map<Scope, World['api']>();

beforeAll(async () => {
  const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
  const paths: Record<string, Record<string, Operation>> = body.paths;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
  for (const missing of SCOPES) {
    const scopes = SCOPES.filter((scope) => scope !== missing);
    const { key } = await world.service.apiKeys.create({
      tenantId: 'contoso',
      name: `no ${missing}`,
      scopes,
    });
    apis.set(
      missing,
      clientOf(() => world.service.url ?? '', key),
    );
  }
});

const scopeOf = ({ security }: Operation) => security?.[0]?.apiKey?.[0] as Scope | undefined;
const addressOf = (path: string) => path.replace('{userId}', 'u-1').replaceAll(/\{\w+\}/g, UNKNOWN_ID);

describe('a key without the scope', () => {
  test('is refused at every route, told which scope is needed, and nothing happens', async () => {
    const before = await readState(world);
    const free: string[] = [];
    for (const operation of operations) {
      const scope = scopeOf(operation);
      if (scope === undefined) free.push(operation.operationId);
      else {
        const answer = await apis.get(scope)?.(operation.method, addressOf(operation.path));
        expect(answer, operation.operationId).toMatchObject({
          status: 403,
          body: { code: 'apiKey.scopeMissing', detail: expect.stringContaining(`with the scope ${scope};`) },
        });
        expect(operation.responses[403]?.description).toContain('`apiKey.scopeMissing`');
      }
    }
    expect(free.toSorted()).toEqual(['readKey', 'readKeySet']);
    expect(operations.length).toBeGreaterThan(20);
    expect(await readState(world)).toEqual(before);
  });

  test('is let through to the route by every other scope missing', async () => {
    for (const { operationId, method, path, ...operation } of operations.filter(
      (each) => each.method === 'GET',
    ))
      for (const [missing, api] of apis) {
        if (missing === scopeOf({ operationId, ...operation })) continue;
        expect((await api(method, addressOf(path))).status, `${operationId} without ${missing}`).not.toBe(
          403,
        );
      }
  });

  test('learns nothing of what else is wrong with its request', async () => {
    const answer = await apis.get('policy:write')?.('PUT', '/v1/policy', '{"version":');
    expect(answer).toMatchObject({ status: 403, body: { code: 'apiKey.scopeMissing' } });
  });
});

describe('a new key', () => {
  let api: World['api'];

  beforeAll(async () => {
    const { key } = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'sign-in server' });
    api = clientOf(() => world.service.url ?? '', key);
  });

  test('requests and reads verifications, unless more is asked for', async () => {
    const { status, body } = await api('POST', '/v1/verifications', {
      userId: 'u-7',
      number: world.newNumber(),
    });
    expect(status).toBe(201);
    expect(await api('GET', `/v1/verifications/${body.id}`)).toMatchObject({ status: 200 });
    await world.settle();
  });

  test.each<[what: string, ask: () => Promise<Answer>]>([
    ['the policy', () => api('PUT', '/v1/policy', { version: 1 }, { 'if-match': '"1"' })],
    ['a PIN', () => api('PUT', '/v1/users/u-7/profile', { pin: '1234' })],
    ['the webhook endpoint', () => api('PUT', '/v1/webhook-endpoint', { url: 'https://x.example/' })],
  ])('cannot change %s', async (_what, ask) => {
    expect(await ask()).toMatchObject({ status: 403, body: { code: 'apiKey.scopeMissing' } });
  });
});

test('a key from before there were scopes may do all that it could', async () => {
  const { id } = await world.service.apiKeys.create({ tenantId: 'contoso', name: 'old', scopes: [] });
  await sql`update api_key set scopes = default where id = ${id}`.execute(world.db);
  expect(await world.service.apiKeys.read(id)).toMatchObject({
    scopes: ['read', 'verifications:write', 'users:write', 'policy:write'],
  });
});
