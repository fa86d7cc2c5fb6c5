// An operator sets a connection with Microsoft Entra up, looks whether it works, and replaces its certificate.
import { X509Certificate } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { runBeside } from '../support/command-line.ts';
import { APP_ID, DIRECTORY, openDirectory } from '../support/entra-caller.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { START } from '../support/world.ts';

const directory = await openDirectory(() => START);
afterAll(() => directory.close());

describeWorlds('the command entra-epp', ({ world }) => {
  const run = (...words: string[]) =>
    runBeside(world, ['entra-epp', ...words], {
      entra: { metadata: { global: directory.url, usGovernment: null, china: null } },
      publicUrl: world.service.url ?? '',
    });
  const uri = `api://phone.example.com/${APP_ID}`;
  const created = ['create', '--tenant', 'contoso', '--directory', DIRECTORY, '--app', APP_ID, '--uri', uri];
  const create = async (...more: string[]) => JSON.parse((await run(...created, ...more, '--json')).output);

  test('makes a connection with a certificate, and lists it', async () => {
    const { id, key, ...rest } = await create();
    expect(rest).toMatchObject({
      tenantId: 'contoso',
      audiences: [APP_ID, uri],
      requiresRole: true,
      times: 2,
    });
    expect(new X509Certificate(key.certificate).subject).toBe('CN=ExternalPhoneProvider');
    expect((await run('list')).output).toContain(id);
    expect((await run('show', id)).output).toContain(`/entra/epp/${id}/SendOtp`);
  });

  test('says what works, and prints what to do in Entra', async () => {
    const { id, key } = await create();
    const { output, exitCode } = await run('doctor', id);
    // Its address is no https one here, and the clock is virtual.
    expect(exitCode).toBe(1);
    expect(output).toMatch(/ok +certificate/);
    expect(output).toMatch(/ok +audiences/);
    expect(output).toMatch(/ok +evaluation request +its token was accepted/);
    expect(output).toMatch(/FAILED +address +PUBLIC_URL is no https/);
    expect(output).toContain('"isEvaluationModeEnabled":true,"migrationPercentage":1');
    expect(output).toContain(`"keyId":"${key.keyId}"`);
    expect(output).not.toContain('PRIVATE KEY');
    const live = await run('doctor', id, '--percent', '25');
    expect(live.output).toContain('"isEvaluationModeEnabled":false,"migrationPercentage":25');
  });

  test('adds a certificate beside the first, exports it, and retires the old one', async () => {
    const { id, key } = await create();
    const added = JSON.parse((await run('add-key', id, '--json')).output);
    const exported = await run('export-key', id, '--key', added.keyId);
    expect(`${exported.output}\n`).toBe(added.certificate);
    expect((await run('retire-key', id, '--key', key.keyId)).output).toContain('retired');
    expect((await run('retire-key', id, '--key', added.keyId)).exitCode).toBe(2);
    expect((await run('show', id)).output).not.toContain(key.keyId);
  });

  test('warns before a certificate expires', async () => {
    const { id, key } = await create();
    const expiresAt = new Date(START.getTime() + 13 * 86_400_000);
    await world.db.updateTable('entraMessageKey').set({ expiresAt }).where('id', '=', key.keyId).execute();
    expect((await run('doctor', id)).output).toMatch(/FAILED +certificate +it expires in 1[23] days/);
  });

  test('changes and removes a connection', async () => {
    const { id } = await create();
    const changed = await run(
      'change',
      id,
      '--role',
      'off',
      '--ask',
      'off',
      '--times',
      '3',
      '--name',
      'Main',
    );
    expect(changed.output).toContain('speak the message 3 times');
    expect(changed.output).not.toContain('ask for #');
    expect((await run('remove', id)).exitCode).toBe(0);
    expect(await run('show', id)).toMatchObject({ exitCode: 2 });
  });

  test.each([
    [['create'], '--tenant is required'],
    [['create', '--tenant', 'contoso', '--directory', 'x', '--app', APP_ID], 'must be a GUID'],
    [['change', 'x', '--times', '4'], 'from 1 to 3'],
    [['change', 'x', '--role', 'maybe'], 'on or off'],
    [['change', 'x', '--uri', uri], '--uri comes with --app'],
    [['doctor'], 'Which connection?'],
    [['doctor', 'nobody'], 'There is no connection'],
    [['dance', 'x'], 'ACTION must be one of'],
  ])('refuses %j', async (words, problem) => {
    const { exitCode, errors } = await run(...words);
    expect(exitCode).toBe(2);
    expect(errors).toContain(problem);
  });
});
