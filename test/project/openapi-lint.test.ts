// A public linter has nothing against the OpenAPI description that a running service answers with.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { beforeAll, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';

const { world } = worldOn('embedded');
// biome-ignore lint/suspicious/noExplicitAny: a document of OpenAPI
let api: any;

beforeAll(async () => {
  api = (await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json')).body;
});

/** The linter's recommended rules; what it would only warn of counts as well. */
async function findingsIn(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const findings = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return findings.map(({ severity, ruleId, message, location }) =>
    [severity, ruleId, location[0]?.pointer, message].join(' '),
  );
}

test('the description has nothing that the linter minds', async () => {
  expect(await findingsIn(api)).toEqual([]);
});

test('the linter would say so', async () => {
  const { license, ...info } = api.info;
  expect(await findingsIn({ ...api, info, servers: [] })).toEqual([
    expect.stringContaining('servers'),
    expect.stringContaining('info-license'),
  ]);
});

test('no pattern needs the classes of Unicode, which most validators do not read', () => {
  expect(JSON.stringify(api)).not.toContain('\\\\p{');
});

test('every operation is in one group, and every group is described and used', () => {
  const operations = Object.entries<object>({ ...api.paths, ...api.webhooks }).flatMap(([path, methods]) =>
    Object.values(methods).map(({ tags }) => ({ path, tags })),
  );
  const groups: string[] = api.tags.map(({ name }: { name: string }) => name);
  expect(operations.length).toBeGreaterThan(20);
  for (const { path, tags } of operations) expect(tags, path).toEqual([expect.toBeOneOf(groups)]);
  expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(groups));
});

test('the servers are the public address and the one where the description was read', () => {
  expect(api.servers.map(({ url }: { url: string }) => url)).toEqual([
    expect.stringMatching(/^https?:/),
    '/',
  ]);
});
