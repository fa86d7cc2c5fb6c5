// An operator ties a tenant to Entra from the command line, enters people by Entra's ids, and tries everything out.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openFakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import { runBeside } from '../support/command-line.ts';
import { worldOn } from '../support/open-worlds.ts';

const entra = await openFakeEntra();
const folder = mkdtempSync(join(tmpdir(), 'poundkey-entra-'));
afterAll(async () => {
  await entra.close();
  rmSync(folder, { recursive: true, force: true });
});

const ADDRESSES = { global: entra.url };
const { world } = worldOn('embedded', () => ({
  config: { entra: { metadata: ADDRESSES, login: ADDRESSES, graph: ADDRESSES } },
}));

const APPLICATION = randomUUID();
const run = (...words: string[]) => runBeside(world, ['entra-eam', ...words]);
const create = () =>
  run(
    ...['create', 'contoso', '--name', 'Desk phone', '--application', APPLICATION],
    ...['--directories', `${entra.directoryId}, ${randomUUID()}`],
  );

test('prints the steps of the administrator with every value', async () => {
  const { exitCode, output } = await create();
  expect(exitCode).toBe(0);
  const [id = ''] = output.split('\n');
  expect(id).toMatch(/^[a-z0-9]{16}$/);
  const at = `${world.service.url}/entra/eam/${id}`;
  for (const value of [
    `${at}/authorize`,
    `${at}/.well-known/openid-configuration`,
    APPLICATION,
    'Desk phone',
  ])
    expect(output).toContain(value);
  expect(output).toMatch(/Client ID: +[0-9a-f-]{36}/);
  expect((await run('list', 'contoso')).output).toContain(id);
  expect((await run('show', 'contoso', id)).output).toBe(output);
  expect((await run('remove', 'contoso', id)).exitCode).toBe(0);
  expect((await run('show', 'contoso', id)).exitCode).toBe(2);
});

test('reads phones from the directory, with a secret out of a file, and tries it out', async () => {
  const file = join(folder, 'secret');
  writeFileSync(file, 'Kx8~a-secret-of-the-app\n');
  const secret = ['--graph-secret-file', file];
  const made = await run(
    ...['create', 'contoso', '--name', 'Desk phone', '--application', APPLICATION],
    ...['--directories', entra.directoryId, '--first-time', 'directory', ...secret],
  );
  expect(made.exitCode, made.errors).toBe(0);
  expect(made.output).toContain('User.Read.All');
  expect(made.output).not.toContain('Kx8~');
  const [id = ''] = made.output.split('\n');
  entra.graph.applications.set(APPLICATION, { secret: 'Kx8~a-secret-of-the-app' });
  const looked = await run('doctor', 'contoso', id);
  expect(looked.output).toMatch(/ok +\w+ Microsoft Graph +lets the application read users/);
  entra.graph.applications.set(APPLICATION, { secret: 'another' });
  const refused = await run('doctor', 'contoso', id);
  expect(refused.exitCode).toBe(1);
  expect(refused.output).toMatch(/FAILED +\w+ Microsoft Graph .*AADSTS7000215/);
  const changed = await run('change', 'contoso', id, '--first-time', 'self');
  expect(changed.output).toContain('enrolment code');
  const code = await run('enrol', 'contoso', `${randomUUID()}@${entra.directoryId}`, '--hours', '1');
  expect(code.output).toMatch(/^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}\n/);
  await run('remove', 'contoso', id);
});

test('says what is wrong with what was typed', async () => {
  const wrong = [
    ['dance'],
    ['create', 'contoso', '--name', 'x', '--application', 'none', '--directories', entra.directoryId],
    ['create', 'contoso', '--name', 'x', '--application', APPLICATION, '--directories', ''],
    ['create', 'nobody', '--name', 'x', '--application', APPLICATION, '--directories', entra.directoryId],
    ['remove', 'contoso', 'aaaaaaaaaaaaaaaa'],
    ['change', 'contoso', 'aaaaaaaaaaaaaaaa'],
    ['change', 'contoso', 'aaaaaaaaaaaaaaaa', '--first-time', 'never'],
    ['change', 'contoso', 'aaaaaaaaaaaaaaaa', '--first-time', 'directory'],
    ['change', 'contoso', 'aaaaaaaaaaaaaaaa', '--graph-secret-file', '/nowhere'],
    ['change', 'contoso', 'aaaaaaaaaaaaaaaa', '--graph-certificate-file', '/dev/null'],
    ['enrol', 'contoso', 'a b'],
    ['enrol', 'contoso', 'u', '--hours', '0'],
  ];
  for (const words of wrong) {
    const { exitCode, errors } = await run(...words);
    expect([exitCode, errors.length > 0], words.join(' ')).toEqual([2, true]);
  }
});

test('enters people by directory id and object id', async () => {
  const objectId = randomUUID();
  const file = join(folder, 'people.csv');
  const lines = [
    'directoryId,objectId,number,extension,country',
    `${entra.directoryId.toUpperCase()},${objectId},08-123 456 78,1234,SE`,
    `${entra.directoryId},nobody,08-123 456 79,,SE`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const { exitCode, output } = await runBeside(world, ['import-phone-methods', 'contoso', file]);
  expect(exitCode).toBe(1);
  expect(output).toContain('line 3  ?');
  const user = encodeURIComponent(`${objectId}@${entra.directoryId}`);
  const { body } = await world.api('GET', `/v1/users/${user}/phone-methods`);
  expect(body.value).toMatchObject([{ phoneNumber: '+46 812345678x1234', verifiedAt: null }]);
  writeFileSync(file, 'objectId,number\nx,+46812345678\n');
  const missing = await runBeside(world, ['import-phone-methods', 'contoso', file]);
  expect(missing.errors).toContain('The column directoryId is missing');
});

test('a key that is replaced is published, and the next one signs two days later', {
  timeout: 60_000,
}, async () => {
  const [id = ''] = (await create()).output.split('\n');
  const published = async () => {
    const answer = await fetch(`${world.service.url}/entra/eam/${id}/keys`);
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };
  const signing = async () => (await world.service.entraKeys.signing()).kid;
  const [first = ''] = await published();
  expect(await signing()).toBe(first);
  expect((await run('rotate-keys')).exitCode).toBe(0);
  // A second time changes nothing as long as the new one waits.
  expect((await run('rotate-keys')).exitCode).toBe(0);
  const [, second = ''] = await published();
  expect(await published()).toEqual([first, second]);
  expect(await signing()).toBe(first);
  await world.time.advance(2 * 86_400_000);
  expect(await signing()).toBe(second);
  expect(await published()).toEqual([first, second]);
  await world.time.advance(2 * 86_400_000);
  expect(await published()).toEqual([second]);
  // Sixty days before its end the next one is made by itself.
  await world.time.advance(675 * 86_400_000);
  expect(await published()).toHaveLength(2);
  expect(world.log.join('\n')).toContain('a new key for answers to Entra is published');
});

test('tries the whole round trip, and the methods of a tenant', { timeout: 60_000 }, async () => {
  const [id = ''] = (await create()).output.split('\n');
  const { output } = await run('doctor', 'contoso', id);
  expect(output).toMatch(/ok +whole sign-in +an Entra of this command asked, the simulated desk phone rang/);
  expect(output).toContain(`${id} discovery`);
  expect(output).toMatch(new RegExp(`ok +${id} requests +a hint that Entra has not signed is refused`));
  // This world has another time than Entra's.
  expect(output).toMatch(/FAILED +Entra \(global\) +the clock of this machine is \d+ s from Entra's/);
});
