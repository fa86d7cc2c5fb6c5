/** The lock file works with every npm, on every platform and behind every registry. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startScript } from '../support/run-script.ts';

const script = new URL('../../scripts/complete-lock.mjs', import.meta.url);
const committed = new URL('../../package-lock.json', import.meta.url).pathname;

type Packages = Record<string, Record<string, unknown>>;

const readPackages = (file: string) =>
  (JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages }).packages;

/** A copy of the lock that was changed. */
const changedCopy = (change: (packages: Packages) => void) => {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-lock-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const lock = JSON.parse(readFileSync(committed, 'utf8')) as { packages: Packages };
  change(lock.packages);
  const file = join(directory, 'package-lock.json');
  writeFileSync(file, JSON.stringify(lock));
  return file;
};

const run = (...args: string[]) => startScript(script, args).exit;

it('holds an entry for every optional package, whatever the platform, and no address of a registry', async () => {
  expect(await run('--check', committed)).toEqual({ code: 0, output: '' });
  const addresses = Object.values(readPackages(committed)).map((entry) => entry.resolved);
  expect(addresses.filter((address) => address !== undefined)).toEqual([]);
});

it('is found incomplete when packages of other platforms are left out, and completed', async () => {
  const leftOut = ['node_modules/@biomejs/cli-darwin-arm64', 'node_modules/@biomejs/cli-linux-x64-musl'];
  const file = changedCopy((packages) => {
    for (const path of leftOut) delete packages[path];
  });
  const check = await run('--check', file);
  expect(check.code).toBe(1);
  for (const path of leftOut) expect(check.output).toContain(`missing: ${path} `);

  expect((await run(file)).code).toBe(0);
  const packages = readPackages(file);
  expect(packages[leftOut[0] ?? '']).toMatchObject({
    cpu: ['arm64'],
    os: ['darwin'],
    optional: true,
    dev: true,
  });
  expect(packages[leftOut[1] ?? '']).toMatchObject({ cpu: ['x64'], os: ['linux'], libc: ['musl'] });
  expect(Object.keys(packages)).toEqual(Object.keys(readPackages(committed)));
  expect((await run('--check', file)).code).toBe(0);
});

it('is found wrong when it names a registry, and cleaned', async () => {
  const file = changedCopy((packages) => {
    Object.assign(packages['node_modules/pg'] ?? {}, { resolved: 'https://registry.example/pg.tgz' });
  });
  expect(await run('--check', file)).toMatchObject({
    code: 1,
    output: expect.stringContaining('names a registry: node_modules/pg\n'),
  });
  await run(file);
  expect(readPackages(file)['node_modules/pg']).not.toHaveProperty('resolved');
});

it('asks for help with a missing package whose name tells no platform', async () => {
  const file = changedCopy((packages) => {
    Object.assign(packages[''] ?? {}, { optionalDependencies: { 'some-package': '^1.0.0' } });
  });
  const { code, output } = await run(file);
  expect(code).toBe(1);
  expect(output).toContain('some-package is missing');
});

it('names every package that wants to run a script when it is installed, and lets one do it', () => {
  const wanting = Object.entries(readPackages(committed)).filter(
    ([, entry]) => entry.hasInstallScript === true,
  );
  const names = wanting.map(([path]) => path.split('node_modules/').at(-1) ?? '');
  const { allowScripts } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { allowScripts: Record<string, boolean> };
  expect(names).toContain('@scarf/scarf');
  expect(names.filter((name) => allowScripts[name] === undefined)).toEqual([]);
  expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['node']);
});
