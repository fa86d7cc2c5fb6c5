// What the operator's command line says to what is typed; test/stories/operator.test.ts runs it for real.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { runCommand, type WithTools } from '../../../../scripts/poundkey/run-command.ts';
import { createTools } from '../../../../scripts/poundkey/tools.ts';
import { ConfigError } from '../../../../src/config.ts';
import { NO_CEILING } from '../../../../src/domain/ceiling-settings.ts';
import { createReadFacts } from '../../../../src/journey/store/facts.ts';
import { openDatabase } from '../../../../src/platform/database/open-database.ts';
import { MIGRATIONS } from '../../../../src/registry/migrations.ts';
import type { Registry } from '../../../../src/registry/schema.ts';
import { NO_SPENDING } from '../../../support/command-line.ts';
import { freshStores } from '../../../support/stores.ts';

const stores = await freshStores('embedded');
const database = await openDatabase<Registry>(stores.database, MIGRATIONS, { warn: () => undefined });
const NOW = new Date('2026-11-21T09:00:00Z');
const noKeys = () => {
  throw new Error('no command here needs keys');
};
const tools = createTools({
  ceiling: NO_CEILING,
  production: false,
  log: { warn: () => undefined },
  db: database.db,
  run: database.run,
  clock: { now: () => NOW },
  keys: noKeys,
  spending: () => NO_SPENDING,
  print: async () => undefined,
});
const noCheck = async () => [];
const poundkey = (...words: string[]) => runCommand(words, (use) => use(tools), noCheck);

const FOR = /^--for: This must be a whole number of seconds, 1 to 31536000\.$/;
const SCOPES_RULE =
  /^--scopes: This must be one or more of read, verifications:write, users:write, policy:write, audit:read, with commas between and without spaces\.$/;

const files = mkdtempSync(join(inject('runDirectory'), 'policies-'));
const policyFile = (content: string): string => {
  const path = join(files, 'policy.json');
  writeFileSync(path, content);
  return path;
};

await tools.tenants.create({ id: 'contoso', name: 'Contoso AB' });
afterAll(async () => {
  await database.close();
  await stores.drop();
  rmSync(files, { recursive: true, force: true });
});

describe('the command line of operators', () => {
  it.each([{ words: [] }, { words: ['--help'] }, { words: ['-h'] }, { words: ['help'] }])(
    'shows what it can do: $words',
    async ({ words }) => {
      const said = await poundkey(...words);
      for (const usage of [
        'create-tenant ID NAME [--country CODE] [--all-countries]',
        'list-tenants',
        'create-key TENANT NAME [--scopes LIST]',
        'list-keys TENANT',
        'revoke-key ID',
        'show-policy TENANT [--version NUMBER]',
        'set-policy TENANT FILE',
        'policy-versions TENANT',
        'block TENANT USER --reason TEXT [--for SECONDS]',
        'unblock TENANT USER',
        'list-phones TENANT USER',
        'remove-phone TENANT USER ID',
        'erase-user TENANT USER',
        'enable-sign-in TENANT USER ID',
        'disable-sign-in TENANT USER ID',
        'sign-in-user TENANT NUMBER',
        'suppressed',
        'allow NUMBER-OR-ID',
        'toll-fraud [TENANT]',
        'story ID',
        'dead-webhooks',
        'resend ID',
        'rotate-keys',
        'check',
        'find [TENANT] USER|NUMBER',
        'waiting',
      ])
        expect(said.output).toContain(`\n  ${usage}\n      `);
      expect(said).toMatchObject({ exitCode: 0, errors: '' });
    },
  );

  it('makes a tenant once, and leaves one that is there as it was', async () => {
    const first = await poundkey('create-tenant', 'fabrikam', 'Fabrikam AB', '--country', 'SE');
    expect(first).toEqual({ exitCode: 0, output: 'The tenant fabrikam was created.', errors: '' });
    const second = await poundkey('create-tenant', 'fabrikam', 'Another name', '--all-countries');
    expect(second.output).toBe('The tenant fabrikam exists already; nothing was changed.');
    expect(await tools.tenants.policyOf('fabrikam')).toMatchObject({
      tenantName: 'Fabrikam AB',
      country: 'SE',
    });
  });

  it('makes a tenant that may call its own country until its policy says otherwise', async () => {
    await poundkey('create-tenant', 'swedish', 'Swedish AB', '--country', 'SE');
    await poundkey('create-tenant', 'worldwide', 'Worldwide AB', '--all-countries');
    const allowed = async (id: string) => (await tools.policies.current(id)).policy.countries.allowed;
    expect([await allowed('swedish'), await allowed('worldwide')]).toEqual([['SE'], null]);
    await poundkey('set-policy', 'swedish', policyFile('{"locale": "sv-SE"}'));
    expect(await allowed('swedish')).toEqual(['SE']);
    await poundkey('set-policy', 'swedish', policyFile('{"countries": {"allowed": ["SE", "NO"]}}'));
    expect(await allowed('swedish')).toEqual(['SE', 'NO']);
    await poundkey('set-policy', 'swedish', policyFile('{"countries": {"allowed": null}}'));
    expect(await allowed('swedish')).toBeNull();
  });

  it('says of one command what it wants, without touching the registry', async () => {
    const away: WithTools = () => Promise.reject(new Error('the registry was opened'));
    expect(await runCommand(['block', '--help'], away, noCheck)).toEqual({
      exitCode: 0,
      output: expect.stringMatching(
        /^npm run poundkey -- block TENANT USER --reason TEXT \[--for SECONDS\]\n\nblocks a user for SECONDS/,
      ),
      errors: '',
    });
  });

  it('says the same of a command after the word help', async () => {
    expect(await poundkey('help', 'block')).toEqual(await poundkey('block', '--help'));
  });

  it('lists tenants and keys, and never what proves a key', async () => {
    await tools.tenants.create({ id: 'northwind', name: 'Northwind' });
    const line = `northwind  policy 1  ${NOW.toISOString()}  Northwind`;
    expect((await poundkey('list-tenants')).output.split('\n')).toContain(line);
    expect((await poundkey('list-keys', 'northwind')).output).toBe('northwind has no API keys.');
    const [live, revoked] = [
      await tools.apiKeys.create({ tenantId: 'northwind', name: 'backend' }),
      await tools.apiKeys.create({ tenantId: 'northwind', name: 'old backend' }),
    ];
    await poundkey('revoke-key', revoked.id);
    const { output } = await poundkey('list-keys', 'northwind');
    const made = `created ${NOW.toISOString()}`;
    const scopes = 'read,verifications:write';
    expect(output).toMatch(new RegExp(`^${live.id}  ${made}  valid +${scopes}  backend$`, 'm'));
    expect(output).toContain(`${revoked.id}  ${made}  revoked ${NOW.toISOString()}  ${scopes}`);
    const { output: json } = await poundkey('list-keys', 'northwind', '--json');
    expect(JSON.parse(json)).toHaveLength(2);
    expect(JSON.parse(json)[0].scopes).toEqual(['read', 'verifications:write']);
    expect(output + json).not.toContain(live.key.slice(live.key.indexOf('_', 3) + 1));
  });

  it('keeps every policy that was set, and sets an earlier one again', async () => {
    await tools.tenants.create({ id: 'litware', name: 'Litware' });
    await poundkey('set-policy', 'litware', policyFile('{"ringTimeoutS": 20}'));
    const { output } = await poundkey('set-policy', 'litware', policyFile('{"ringTimeoutS": 40}'));
    expect(output).toBe(
      'The policy of litware was replaced; the current version is 3. Changed:\n  /ringTimeoutS: 20 -> 40',
    );
    const now = JSON.parse((await poundkey('show-policy', 'litware')).output);
    expect(now).toMatchObject({ ringTimeoutS: 40, organisation: 'Litware', challenge: 'pound' });
    const versions = (await poundkey('policy-versions', 'litware')).output;
    expect(versions).toBe([3, 2, 1].map((version) => `${version}  ${NOW.toISOString()}`).join('\n'));
    const second = (await poundkey('show-policy', 'litware', '--version', '2')).output;
    expect(JSON.parse(second)).toMatchObject({ ringTimeoutS: 20 });
    await poundkey('set-policy', 'litware', policyFile(second));
    const { output: json } = await poundkey('show-policy', 'litware', '--json');
    expect(JSON.parse(json)).toMatchObject({ version: 4, policy: { ringTimeoutS: 20 } });
  });

  it('says what becomes of a colour that cannot be read, and cuts a logo short', async () => {
    await poundkey('create-tenant', 'pale', 'Pale', '--all-countries');
    const logo = `<svg xmlns=\\"http://www.w3.org/2000/svg\\" viewBox=\\"0 0 9 9\\">${'<g></g>'.repeat(50)}</svg>`;
    const policy = (colour: string) =>
      policyFile(
        `{"selfService": {"colour": "${colour}", "logo": {"type": "image/svg+xml", "data": "${logo}"}}}`,
      );
    const { output } = await poundkey('set-policy', 'pale', policy('#ffcc00'));
    expect(output).toContain('  /selfService/colour: null -> "#ffcc00"\n');
    expect(output).toMatch(
      / {2}\/selfService\/logo: null -> \{"type":"image\/svg\+xml",.{100,200}… \(\d{3} characters\)\n/,
    );
    expect(output).toContain(
      'On light pages #ae8a00 is used in place of #ffcc00, so that it can be seen and read. Contrast:\n  onBrand on brand: 5.11 (at least 4.5)\n',
    );
    expect(output).toContain('On dark pages #f1d071 is used in place of #ffcc00');
    const readable = await poundkey('set-policy', 'pale', policy('#b3401a'));
    expect(readable.output).toContain('On light pages #b3401a is used. Contrast:\n');
    expect((await poundkey('set-policy', 'pale', policy('#b3401a'))).output).toMatch(
      /Every field is as it was\.$/,
    );
  });

  it('names what a part of a policy silently gave back to the defaults', async () => {
    await tools.tenants.create({ id: 'partly', name: 'Partly', country: 'SE' });
    const whole = policyFile('{"ringTimeoutS": 20, "limits": {"perUser": {"count": 1, "windowS": 600}}}');
    await poundkey('set-policy', 'partly', whole);
    const { output } = await poundkey('set-policy', 'partly', policyFile('{"locale": "sv-SE"}'));
    expect(output).toMatch(/^ {2}\/limits\/perUser\/count: 1 -> \d+$/m);
    expect(output).toMatch(/^ {2}\/ringTimeoutS: 20 -> \d+$/m);
    expect(output).toMatch(/^ {2}\/locale: null -> "sv-SE"$/m);
    expect((await poundkey('set-policy', 'partly', policyFile('{"locale": "sv-SE"}'))).output).toMatch(
      /version is 4\. Every field is as it was\.$/,
    );
  });

  it('names the tenants to somebody who wants to find a user in none', async () => {
    const { exitCode, errors } = await poundkey('find', 'u-1');
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/find TENANT USER\|NUMBER\. The tenants are: .*contoso/);
    expect((await poundkey('find')).errors).toBe('Expected: npm run poundkey -- find [TENANT] USER|NUMBER');
  });

  it('blocks a user for good or for a while, and ends it', async () => {
    const user = { tenantId: 'contoso', userId: 'u-1' };
    const said = await poundkey('block', 'contoso', 'u-1', '--reason', 'phone stolen', '--for', '3600');
    expect(said.output).toBe('The user u-1 of contoso is blocked until 2026-11-21T10:00:00.000Z.');
    const { output } = await poundkey('block', 'contoso', 'u-1', '--reason=phone stolen', '--json');
    expect(JSON.parse(output)).toMatchObject({ ...user, reason: 'phone stolen', expiresAt: null });
    expect(await tools.blocks.read(user)).toMatchObject({ reason: 'phone stolen', expiresAt: null });
    expect((await poundkey('unblock', 'contoso', 'u-1')).output).toMatch(/is no longer blocked\.$/);
    expect(await tools.blocks.read(user)).toBeNull();
    expect((await poundkey('unblock', 'contoso', 'u-1')).output).toMatch(/was not blocked\.$/);
  });

  it("blocks users by their directory's names", async () => {
    const userId = "o'brien_example.com#EXT#@contoso.onmicrosoft.com";
    const said = await poundkey('block', 'contoso', userId, '--reason', 'phone stolen');
    expect(said.output).toContain(`The user ${userId} of contoso is blocked`);
    expect(await tools.blocks.read({ tenantId: 'contoso', userId })).toMatchObject({
      reason: 'phone stolen',
    });
    const { errors } = await poundkey('block', 'contoso', 'u\u001b[31m', '--reason', 'phone stolen');
    expect(errors).toContain('USER: This must be 1 to 128 letters');
  });

  it('prints a new key and nothing else', async () => {
    const { output, errors } = await poundkey('create-key', 'contoso', 'backend');
    expect(errors).toBe('');
    const known = createReadFacts(database.run);
    const find = (id: string) => known.ofKey(id, 'u-1', NOW);
    expect(await tools.apiKeys.authenticate(`Bearer ${output}`, find)).toMatchObject({ tenantId: 'contoso' });
  });

  it('lists dead outcome webhooks and makes one due again, once its tenant has an endpoint', async () => {
    expect((await poundkey('dead-webhooks')).output).toBe('There are no dead outcome webhooks.');
    const [id, at] = [randomUUID(), new Date('2026-11-21T09:00:00Z')];
    await database.db
      .insertInto('outbox')
      .values({
        id,
        tenantId: 'contoso',
        type: 'verification.finished',
        payload: '{}',
        createdAt: at,
        nextAttemptAt: at,
        deadAt: at,
        attempts: 31,
        lastError: 'The endpoint answered 500.',
      })
      .execute();
    const line = `${id}  contoso  verification.finished  2026-11-21T09:00:00.000Z  31 attempts  The endpoint answered 500.`;
    expect((await poundkey('dead-webhooks')).output).toBe(line);
    const nowhere = await poundkey('resend', id);
    expect(nowhere).toMatchObject({ exitCode: 2, errors: expect.stringMatching(/no webhook endpoint/) });
    const url = 'https://mfa.example.com/poundkey';
    await database.db
      .insertInto('webhookEndpoint')
      .values({ tenantId: 'contoso', url, sealedSecret: 'sealed', updatedAt: at })
      .execute();
    expect((await poundkey('resend', id)).output).toBe('The outcome webhook to contoso is due now.');
    expect((await poundkey('dead-webhooks')).output).toBe('There are no dead outcome webhooks.');
    expect(await poundkey('resend', id)).toMatchObject({ exitCode: 2 });
  });

  it.each([
    { wrong: ['open-sesame'], says: /^There is no command "open-sesame"\.$/ },
    { wrong: ['unblok'], says: /^There is no command "unblok"\. Did you mean unblock\?$/ },
    { wrong: ['constructor'], says: /^There is no command "constructor"\.$/ },
    {
      wrong: ['create-tenant', 'contoso'],
      says: /^Expected: npm run poundkey -- create-tenant ID NAME \[--country CODE\]/,
    },
    { wrong: ['create-tenant', 'a', 'A'], says: /^Give either --country .* or --all-countries\./ },
    {
      wrong: ['create-tenant', 'a', 'A', '--country', 'SE', '--all-countries'],
      says: /^Give either --country /,
    },
    { wrong: ['create-tenant', 'a', 'A', '--country', 'Sweden'], says: /^--country: .*ISO 3166-1/ },
    { wrong: ['allow', '12'], says: /^The ID is a UUID, as suppressed shows it/ },
    { wrong: ['revoke-key'], says: /^Expected: npm run poundkey -- revoke-key ID$/ },
    {
      wrong: ['create-key', 'contoso', 'a', 'b'],
      says: /^Expected: npm run poundkey -- create-key TENANT NAME \[--scopes LIST\]$/,
    },
    {
      wrong: ['create-tenant', 'Contoso AB', 'Contoso', '--country', 'SE'],
      says: /^ID: This must be 1-40 of a-z, 0-9 and "-"\.$/,
    },
    {
      wrong: ['create-tenant', 'northwind', ' ', '--country', 'SE'],
      says: /^NAME: This must be a name of 1-80 characters\.$/,
    },
    {
      wrong: ['create-key', 'nobody', 'x'],
      says: /^There is no tenant "nobody"\. list-tenants lists those there are; create-tenant ID NAME --country CODE creates one\.$/,
    },
    { wrong: ['create-key', 'contoso', ''], says: /^NAME: This must be a name of 1-80 characters\.$/ },
    { wrong: ['revoke-key', 'aaaaaaaaaaaa'], says: /^There is no valid key with this ID:/ },
    { wrong: ['list-tenants', '--all'], says: /^Expected: npm run poundkey -- list-tenants$/ },
    { wrong: ['list-tenants', '--json=yes'], says: /^Expected: npm run poundkey -- list-tenants$/ },
    { wrong: ['list-keys', 'nobody'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['show-policy', 'nobody'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['policy-versions', 'nobody'], says: /^There is no tenant "nobody"\./ },
    {
      wrong: ['show-policy', 'contoso', '--version', 'first'],
      says: /^--version: This must be the number of a version; policy-versions lists them\.$/,
    },
    { wrong: ['show-policy', 'contoso', '--version', '7'], says: /^--version: contoso has no such version/ },
    { wrong: ['show-policy', 'contoso', '--version'], says: /^Expected: npm run poundkey -- show-policy / },
    { wrong: ['block', 'contoso', 'u-1'], says: /^Expected: .*block TENANT USER --reason TEXT / },
    { wrong: ['block', 'nobody', 'u-1', '--reason', 'x'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['block', 'contoso', 'u 1', '--reason', 'x'], says: /^USER: This must be 1 to 128 letters/ },
    { wrong: ['block', 'contoso', 'u-1', '--reason', ''], says: /^--reason: / },
    { wrong: ['block', 'contoso', 'u-1', '--reason', 'two\nlines'], says: /^--reason: .* one line/ },
    { wrong: ['block', 'contoso', 'u-1', '--reason', 'x', '--for', '1h'], says: FOR },
    { wrong: ['block', 'contoso', 'u-1', '--reason', 'x', '--for', '0'], says: FOR },
    { wrong: ['block', 'contoso', 'u-1', '--reason', 'x', '--for', '31536001'], says: FOR },
    { wrong: ['create-key', 'contoso', 'x', '--scopes', 'read,all'], says: SCOPES_RULE },
    { wrong: ['create-key', 'contoso', 'x', '--scopes', ''], says: SCOPES_RULE },
    { wrong: ['unblock', 'contoso', ''], says: /^USER: / },
    { wrong: ['list-phones', 'nobody', 'u-1'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['list-phones', 'contoso', 'u 1'], says: /^USER: / },
    {
      wrong: ['remove-phone', 'contoso', 'u-1', 'all'],
      says: /^The ID is a UUID, as list-phones shows it\.$/,
    },
    {
      wrong: ['remove-phone', 'contoso', 'u-1', randomUUID()],
      says: /^The user has no phone method with this id;/,
    },
    {
      wrong: ['enable-sign-in', 'contoso', 'u-1', 'all'],
      says: /^The ID is a UUID, as list-phones shows it\.$/,
    },
    {
      wrong: ['disable-sign-in', 'contoso', 'u-1', randomUUID()],
      says: /^The user has no phone method with this id;/,
    },
    { wrong: ['sign-in-user', 'contoso', 'u-1'], says: /^NUMBER: This is no number that exists\./ },
    { wrong: ['sign-in-user', 'nobody', '+46701234567'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['erase-user', 'nobody', 'u-1'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['erase-user', 'contoso'], says: /^Expected: npm run poundkey -- erase-user TENANT USER$/ },
    { wrong: ['unblock', 'nobody', 'u-1'], says: /^There is no tenant "nobody"\./ },
    { wrong: ['story', 'u-1842'], says: /^The ID is a UUID, as the request for the verification/ },
    { wrong: ['story', randomUUID()], says: /^There is no verification with this ID\.$/ },
    { wrong: ['dead-webhooks', 'contoso'], says: /^Expected: npm run poundkey -- dead-webhooks$/ },
    { wrong: ['resend', 'all'], says: /^The ID is a UUID, as dead-webhooks shows it\.$/ },
    { wrong: ['resend', randomUUID()], says: /^There is no outcome webhook with this id\./ },
    { wrong: ['set-policy', 'nobody', '/none'], says: /^There is no tenant "nobody"\./ },
    {
      wrong: ['set-policy', 'contoso', '/none'],
      says: /^The file \/none cannot be read: ENOENT: no such file/,
    },
    { wrong: ['set-policy', 'contoso', '/'], says: /^The file \/ cannot be read: EISDIR/ },
  ])('refuses $wrong', async ({ wrong, says }) => {
    const { exitCode, errors } = await poundkey(...wrong);
    expect(errors).toMatch(says);
    expect(exitCode).toBe(2);
  });

  it.each([
    { policy: '{"locale": ', says: /^The file .*policy\.json is not JSON: / },
    {
      policy: '[]',
      says: /^The file .*policy\.json cannot be used\. Correct this:\n {2}the document: [^\n]+$/,
    },
    {
      policy: '{"ringTimeoutS": 1, "colour": "red"}',
      says: /^[^\n]*cannot be used\. Correct this:\n {2}\/ringTimeoutS: [^\n]+\n {2}\/colour: [^\n]+$/,
    },
  ])('refuses $policy for a policy, and keeps the one that counts', async ({ policy, says }) => {
    const before = await tools.tenants.policyOf('contoso');
    const { exitCode, errors } = await poundkey('set-policy', 'contoso', policyFile(policy));
    expect(errors).toMatch(says);
    expect(exitCode).toBe(2);
    expect(await tools.tenants.policyOf('contoso')).toEqual(before);
  });

  it('revokes a key that was typed whole, and repeats no part of it', async () => {
    const { output: key } = await poundkey('create-key', 'contoso', 'typed whole');
    expect(await poundkey('revoke-key', key)).toMatchObject({ exitCode: 0, output: 'The key is revoked.' });
    const { exitCode, errors } = await poundkey('revoke-key', key);
    expect(exitCode).toBe(2);
    expect(errors).not.toContain(key.split('_')[1]);
  });

  it('makes a key with the scopes that are named', async () => {
    const { output } = await poundkey(
      'create-key',
      'contoso',
      'console',
      '--scopes',
      'policy:write,read',
      '--json',
    );
    const { id, scopes } = JSON.parse(output);
    expect(scopes).toEqual(['read', 'policy:write']);
    expect(await tools.apiKeys.read(id)).toMatchObject({ scopes: ['read', 'policy:write'] });
  });

  it.each<{ failure: Error; exitCode: number }>([
    { failure: new ConfigError('PORT must be a whole number'), exitCode: 2 },
    { failure: new Error('The database cannot be used.'), exitCode: 1 },
  ])('says why it did not get to its registry: $failure.message', async ({ failure, exitCode }) => {
    const away: WithTools = () => Promise.reject(failure);
    expect(await runCommand(['revoke-key', 'x'], away, noCheck)).toEqual({
      exitCode,
      output: '',
      errors: failure.message,
    });
  });
});
