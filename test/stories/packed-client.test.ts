// Packs the project as npm does, installs the package where nothing else is, and lets a backend there use it.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROJECT } from '../support/lint.ts';
import { worldOn } from '../support/open-worlds.ts';
import { ANY_STORE, type FreshStores } from '../support/stores.ts';

const BACKEND = join(PROJECT, 'test/stories/packed-backend');
const run = promisify(execFile);

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poundkey-packed-'));
  let packed: { filename: string; files: { path: string }[] };
  // Another process cannot reach a queue that is embedded.
  const { world, stores } = worldOn(ANY_STORE);

  /** A command on the Node.js that runs the tests. */
  const inFolder = async (cwd: string, command: string, args: string[], env: Record<string, string> = {}) => {
    const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
    const { stdout } = await run(command, args, { cwd, env: { ...process.env, PATH: path, ...env } });
    return stdout;
  };

  beforeAll(async () => {
    const [listed] = JSON.parse(
      await inFolder(PROJECT, 'npm', ['pack', '--json', '--pack-destination', folder]),
    );
    packed = listed;
    writeFileSync(join(folder, 'package.json'), '{ "name": "backend", "type": "module", "private": true }');
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await inFolder(folder, 'npm', ['install', ...quietly, join(folder, packed.filename)]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('holds the built client, what it says about itself, and nothing of the service that runs', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/client.js',
        'dist/client.d.ts',
        'docs/verification-job.schema.json',
        'README.md',
      ]),
    );
    const scripts = paths.filter((path) => path.endsWith('.js'));
    const others = scripts.filter((path) => path !== 'dist/client.js' && !path.startsWith('dist/client/'));
    expect(others.toSorted()).toEqual([
      'dist/journey/job/job-names.js',
      'dist/platform/queue/redis-prefix.js',
    ]);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });

  test('works in a backend in JavaScript', async () => {
    const place = queuePlace(stores);
    copyFileSync(join(BACKEND, 'backend.js'), join(folder, 'backend.js'));
    const said = await inFolder(folder, process.execPath, ['backend.js'], {
      BASE_URL: world.service.url ?? '',
      API_KEY: world.key,
      NUMBERS: [world.newNumber(), world.newNumber()].join(','),
      QUEUE_PLACE: place === null ? '' : JSON.stringify(place),
    });
    expect(JSON.parse(said)).toEqual({
      outcome: 'approved',
      revealed: true,
      phoneType: 'office',
      refused: 'number.invalid',
      required: ['tenantId', 'userId'],
      signed: 'approved',
      ...(place === null ? {} : { queued: 'approved', refusedJob: 'number.invalid' }),
    });
  });

  test('has types by which a backend in TypeScript is checked', async () => {
    copyFileSync(join(BACKEND, 'typed.ts'), join(folder, 'typed.ts'));
    const typeRoots = join(PROJECT, 'node_modules/@types');
    const settings = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', '--noEmit'];
    const tsc = join(PROJECT, 'node_modules/.bin/tsc');
    const said = inFolder(folder, tsc, [
      ...settings,
      '--typeRoots',
      typeRoots,
      '--types',
      'node',
      'typed.ts',
    ]);
    await expect(said).resolves.toBe('');
  });
});

function queuePlace({ queue, databaseUrl }: FreshStores): object | null {
  if (queue.kind === 'redis') return { connection: { url: queue.url }, prefix: queue.prefix };
  return databaseUrl === null ? null : { databaseUrl };
}
