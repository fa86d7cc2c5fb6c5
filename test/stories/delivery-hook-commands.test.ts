// An operator sets hooks of identity products up from the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AUTH0_ACTION } from '../../src/delivery-hooks/auth0.ts';
import { runBeside } from '../support/command-line.ts';
import { worldOn } from '../support/open-worlds.ts';

const folder = mkdtempSync(join(tmpdir(), 'poundkey-hooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { world } = worldOn('embedded');
const run = (...words: string[]) => runBeside(world, ['delivery-hooks', ...words]);
const create = (kind: string, ...more: string[]) =>
  run('create', 'contoso', '--kind', kind, '--name', 'Contoso', ...more);

test.each([
  ['okta', 'Authentication field:   Authorization'],
  ['auth0', AUTH0_ACTION],
  ['supabase', 'Secret:  v1,whsec_'],
])('prints what to enter at %s, with every value', async (kind, said) => {
  const { exitCode, output, errors } = await create(kind);
  expect(exitCode, errors).toBe(0);
  const [id = ''] = output.split('\n');
  expect(output).toContain(`${world.service.url}/hooks/${kind}/${id}`);
  expect(output).toContain('whsec_');
  expect(output).toContain(said);
  expect(output).toContain('To go back');
  const shown = await run('show', 'contoso', id);
  expect(shown.output).not.toContain('whsec_0');
  expect(shown.output).toContain('(shown when the hook was created)');
  expect((await run('list', 'contoso')).output).toContain(id);
  expect((await run('remove', 'contoso', id)).exitCode).toBe(0);
  expect((await run('show', 'contoso', id)).exitCode).toBe(2);
});

test('takes a secret that the product has made, from a file', async () => {
  const file = join(folder, 'secret');
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  writeFileSync(file, `${secret}\n`);
  const { output } = await create('supabase', '--secret-file', file, '--ask', 'off', '--times', '1');
  expect(output).toContain(`v1,${secret}`);
});

test('says what is wrong with what was typed', async () => {
  const wrong = [
    run('dance'),
    create('ping'),
    create('okta', '--times', '7'),
    create('okta', '--ask', 'maybe'),
    create('okta', '--secret-file', '/nowhere'),
    run('create', 'nobody', '--kind', 'okta', '--name', 'x'),
    run('remove', 'contoso', 'x'),
    run('remove', 'contoso', '01a21d63-d98e-7ef2-b00f-a47ad19591fb'),
  ];
  for (const { exitCode, errors } of await Promise.all(wrong))
    expect([exitCode, errors.length > 0]).toEqual([2, true]);
});
