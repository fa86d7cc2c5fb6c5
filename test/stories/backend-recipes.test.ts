// The programs of docs/backends.md, run as they stand there against a running service.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { expectToTellWebhooksApart, programsIn } from '../support/examples.ts';
import { PROJECT } from '../support/lint.ts';
import { worldOn } from '../support/open-worlds.ts';

const LANGUAGES = [
  { language: 'Python', command: 'python3', ending: 'py', serve: () => ['receive.py'] },
  {
    language: 'PHP',
    command: 'php',
    ending: 'php',
    serve: (port: number) => ['-S', `127.0.0.1:${port}`, 'receive.php'],
  },
];
const isInstalled = (command: string) =>
  process.env.REQUIRE_SERVERS === '1' ||
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

for (const recipe of LANGUAGES)
  describe.runIf(isInstalled(recipe.command))(`a backend in ${recipe.language}`, () => defineTests(recipe));

function defineTests({ language, command, ending, serve }: (typeof LANGUAGES)[number]): void {
  const cwd = mkdtempSync(join(tmpdir(), 'poundkey-recipe-'));
  for (const [name, text] of programsIn(readFileSync(join(PROJECT, 'docs/backends.md'), 'utf8')))
    writeFileSync(join(cwd, name), text);
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  const { world } = worldOn('embedded');

  const register = async (key: string) => {
    const env = { ...process.env, POUNDKEY_URL: world.service.url ?? '', POUNDKEY_API_KEY: key };
    const { stdout } = await promisify(execFile)(command, [`register.${ending}`], { cwd, env });
    return stdout.trim().split('\n');
  };

  test('has a phone called, and reads the app password', async () => {
    const { key } = await world.addTenant(language.toLowerCase());
    expect(await register(key)).toEqual([
      'Calling +46 8 123 456 78',
      'approved',
      'App password of 19 characters',
    ]);
  });

  test('sees why it is refused', async () => {
    const policy = { countries: { allowed: ['NO'] } };
    const { key } = await world.addTenant(`${language.toLowerCase()}-refused`, policy);
    expect((await register(key)).join()).toMatch(/^number\.countryRefused .*\/number/);
    expect((await register('pk_nobody')).join()).toMatch(/^apiKey\.invalid /);
  });

  test('tells outcome webhooks from others', () => expectToTellWebhooksApart({ command, args: serve, cwd }));
}
