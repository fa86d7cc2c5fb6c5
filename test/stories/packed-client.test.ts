// Builds and packs the client, installs it where nothing else is, on each Node.js of this machine, and lets backends
// there use it.
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectToTellWebhooksApart, programsIn } from '../support/examples.ts';
import { PROJECT } from '../support/lint.ts';
import { nodeVersions } from '../support/node-versions.ts';
import { worldOn } from '../support/open-worlds.ts';
import { type FreshStores, SHARED_STORES } from '../support/stores.ts';

const BACKEND = join(PROJECT, 'test/stories/packed-backend');
const BUILT = join(PROJECT, 'dist/client-package');
const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);

/** A command, where `node` is the given one. */
async function runWith(node: string, cwd: string, [command = '', ...args]: string[], env = {}) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const { stdout } = await run(command, args, { cwd, env: { ...process.env, PATH: path, ...env } });
  return stdout;
}

const folder = mkdtempSync(join(tmpdir(), 'poundkey-packed-'));
let packed: { filename: string; size: number; unpackedSize: number; files: { path: string }[] };

beforeAll(async () => {
  await runWith(process.execPath, PROJECT, ['npm', 'run', 'build:client']);
  const pack = ['npm', 'pack', '--json', '--pack-destination', folder, BUILT];
  [packed] = JSON.parse(await runWith(process.execPath, PROJECT, pack));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Installs the package in an empty folder, without a network. */
async function install(node: string): Promise<string> {
  const cwd = mkdtempSync(join(folder, 'backend-'));
  writeFileSync(join(cwd, 'package.json'), '{ "name": "backend", "private": true }');
  const npm = ['npm', 'install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename)];
  expect(await runWith(node, cwd, npm)).toContain('added 1 package');
  return cwd;
}

describe('the package', () => {
  test('holds the built client, what it says about itself, and nothing of the service', () => {
    const paths = packed.files.map(({ path }) => path);
    const others = paths.filter((path) => !path.startsWith('lib/'));
    expect(others.toSorted()).toEqual([
      'CHANGELOG.md',
      'README.md',
      'package.json',
      'verification-job.schema.json',
    ]);
    expect(paths.filter((path) => !/^lib\/[\w-]+\.(d\.ts|js)$/.test(path))).toEqual(others);
    expect(packed.size).toBeLessThan(36_000);
    expect(packed.unpackedSize).toBeLessThan(160_000);
  });

  test('has the version of the service, and needs no other package', () => {
    const described = JSON.parse(readFileSync(join(BUILT, 'package.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(described).toMatchObject({ name: 'poundkey-client', version });
    expect(described.dependencies).toBeUndefined();
    expect(Object.keys(described.peerDependenciesMeta)).toEqual(Object.keys(described.peerDependencies));
    expect(readFileSync(join(BUILT, 'README.md'), 'utf8')).toContain(`poundkey-client-${version}.tgz`);
  });

  test('has types by which a backend in TypeScript is checked, whatever else is installed', async () => {
    const cwd = await install(process.execPath);
    const settings = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--noEmit',
      '--types',
      'node',
    ];
    const typeRoots = ['--typeRoots', join(PROJECT, 'node_modules/@types')];
    const check = (file: string, ...more: string[]) =>
      runWith(process.execPath, cwd, ['node', TSC, ...settings, ...typeRoots, ...more, file]);
    writeFileSync(join(cwd, 'rest.ts'), "export { createPoundkeyClient } from 'poundkey-client';\n");
    await expect(check('rest.ts')).resolves.toBe('');
    addPeers(cwd);
    copyFileSync(join(BACKEND, 'typed.ts'), join(cwd, 'typed.mts'));
    await expect(check('typed.mts', '--skipLibCheck')).resolves.toBe('');
  });

  test('has the types that the service infers from its schemas', async () => {
    const types = readFileSync(join(PROJECT, 'src/client/types.ts'), 'utf8');
    const names = [...types.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    const lines = [
      "import type * as inferred from '../src/client/types.ts';",
      "import type * as written from './client-package/lib/types.js';",
      'type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;',
      ...names.map((name) => `export const is${name}: Same<inferred.${name}, written.${name}> = true;`),
    ];
    const file = join(PROJECT, 'dist/same-types.ts');
    writeFileSync(file, lines.join('\n'));
    const config = { extends: '../tsconfig.json', include: [], files: [file] };
    writeFileSync(join(PROJECT, 'dist/tsconfig.json'), JSON.stringify(config));
    await expect(runWith(process.execPath, PROJECT, ['node', TSC, '-p', 'dist'])).resolves.toBe('');
    for (const made of ['same-types.ts', 'tsconfig.json']) rmSync(join(PROJECT, 'dist', made));
  });
});

/** What a backend with a queue installs besides: here that of the project, so that no network is needed. */
function addPeers(cwd: string): void {
  mkdirSync(join(cwd, 'node_modules'), { recursive: true });
  for (const name of ['bullmq', 'ioredis', 'pg'])
    symlinkSync(join(PROJECT, 'node_modules', name), join(cwd, 'node_modules', name));
}

const PLACES = SHARED_STORES.length > 0 ? SHARED_STORES : (['embedded'] as const);

describe.each(PLACES)('with a service on %s', (combination) => {
  const { world, stores } = worldOn(combination);

  describe.each(nodeVersions())('a backend on Node.js $version', ({ node, version }) => {
    let cwd: string;
    let key: string;
    beforeAll(async () => {
      cwd = await install(node);
      const readme = readFileSync(join(cwd, 'node_modules/poundkey-client/README.md'), 'utf8');
      for (const [name, text] of programsIn(readme)) writeFileSync(join(cwd, name), text);
      ({ key } = await world.addTenant(`node-${version.split('.')[0]}`));
    });

    const environment = () => ({
      POUNDKEY_URL: world.service.url ?? '',
      POUNDKEY_API_KEY: key,
      REDIS_URL: stores.redisUrl ?? '',
      REDIS_PREFIX: stores.queue.kind === 'redis' ? stores.queue.prefix : '',
    });

    test('runs the examples of its README that need nothing else', async () => {
      const said = await runWith(node, cwd, ['node', 'register.mjs'], environment());
      expect(said.split('\n')).toEqual([
        expect.stringMatching(/^node-\d+ AB calls \+46 8 123 456 78$/),
        'approved: Your phone is verified.',
        'App password of 19 characters',
        '',
      ]);
      await expectToTellWebhooksApart({ command: node, args: () => ['receive.mjs'], cwd });
    });

    test('is told which package the queue needs', async () => {
      const queue = runWith(node, cwd, ['node', 'queue.mjs'], environment());
      await expect(queue).rejects.toThrow("Cannot find package 'bullmq'");
    });

    test('works with what else it has installed', async () => {
      addPeers(cwd);
      if (stores.queue.kind === 'redis') {
        const said = await runWith(node, cwd, ['node', 'queue.mjs'], environment());
        expect(said).toMatch(/^approved [0-9a-f-]{36}\n$/);
      }
      const place = queuePlace(stores);
      copyFileSync(join(BACKEND, 'backend.js'), join(cwd, 'backend.mjs'));
      const said = await runWith(node, cwd, ['node', 'backend.mjs'], {
        BASE_URL: world.service.url ?? '',
        API_KEY: key,
        NUMBERS: [world.newNumber(), world.newNumber()].join(','),
        QUEUE_PLACE: place === null ? '' : JSON.stringify(place),
      });
      expect(JSON.parse(said)).toEqual({
        outcome: 'approved',
        revealed: true,
        phoneType: 'office',
        refused: 'number.invalid',
        required: ['tenantId', 'userId'],
        canBeRequired: true,
        ...(place === null ? {} : { queued: 'approved', refusedJob: 'number.invalid' }),
      });
    });
  });
});

function queuePlace({ queue, databaseUrl }: FreshStores): object | null {
  if (queue.kind === 'redis') return { connection: { url: queue.url }, prefix: queue.prefix };
  return databaseUrl === null ? null : { databaseUrl };
}
