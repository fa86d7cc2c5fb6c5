// What the operator's command line says to what is typed; test/stories/operator.test.ts runs it for real.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { runCommand, type WithTools } from '../../scripts/poundkey/run-command.ts';
import { ConfigError } from '../../src/config.ts';
import { createOutboxMessages } from '../../src/outbox/messages.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { createPolicies } from '../../src/policy/policies.ts';
import { MIGRATIONS } from '../../src/registry/migrations.ts';
import type { Registry } from '../../src/registry/schema.ts';
import { createApiKeys } from '../../src/tenants/api-keys.ts';
import { createTenants } from '../../src/tenants/tenants.ts';
import { freshStores } from '../support/stores.ts';

const stores = await freshStores('embedded');
const database = await openDatabase<Registry>(stores.database, MIGRATIONS, { warn: () => undefined });
const parts = { db: database.db, clock: systemClock };
const tools = {
  tenants: createTenants(parts),
  apiKeys: createApiKeys(parts),
  messages: createOutboxMessages(parts),
  policies: createPolicies(parts),
};
const poundkey = (...words: string[]) => runCommand(words, (use) => use(tools));

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
        'create-tenant ID NAME',
        'create-key TENANT NAME',
        'set-policy TENANT FILE',
        'revoke-key ID',
        'dead-letters',
        'resend ID',
      ])
        expect(said.output).toContain(`\n  ${usage} `);
      expect(said).toMatchObject({ exitCode: 0, errors: '' });
    },
  );

  it('makes a tenant once, and leaves one that is there as it was', async () => {
    const first = await poundkey('create-tenant', 'fabrikam', 'Fabrikam AB');
    expect(first).toEqual({ exitCode: 0, output: 'The tenant fabrikam is there.', errors: '' });
    const second = await poundkey('create-tenant', 'fabrikam', 'Another name');
    expect(second.output).toBe('There was a tenant fabrikam already; it stays as it was.');
    expect(await tools.tenants.policyOf('fabrikam')).toMatchObject({ tenantName: 'Fabrikam AB' });
  });

  it('prints a new key and nothing else', async () => {
    const { output, errors } = await poundkey('create-key', 'contoso', 'backend');
    expect(errors).toBe('');
    expect(await tools.apiKeys.authenticate(`Bearer ${output}`)).toMatchObject({ tenantId: 'contoso' });
  });

  it('lists dead messages and makes one due again, once its tenant has an endpoint', async () => {
    expect((await poundkey('dead-letters')).output).toBe('There are no dead messages.');
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
    expect((await poundkey('dead-letters')).output).toBe(line);
    const nowhere = await poundkey('resend', id);
    expect(nowhere).toMatchObject({ exitCode: 2, errors: expect.stringMatching(/nowhere to send/) });
    const url = 'https://mfa.example.com/poundkey';
    await database.db
      .insertInto('webhookEndpoint')
      .values({ tenantId: 'contoso', url, sealedSecret: 'sealed', updatedAt: at })
      .execute();
    expect((await poundkey('resend', id)).output).toBe('The message to contoso is due now.');
    expect((await poundkey('dead-letters')).output).toBe('There are no dead messages.');
    expect(await poundkey('resend', id)).toMatchObject({ exitCode: 2 });
  });

  it.each([
    { wrong: ['open-sesame'], says: /^There is no command "open-sesame"\.$/ },
    { wrong: ['constructor'], says: /^There is no command "constructor"\.$/ },
    { wrong: ['create-tenant', 'contoso'], says: /^Expected: npm run poundkey -- create-tenant ID NAME$/ },
    { wrong: ['revoke-key'], says: /^Expected: npm run poundkey -- revoke-key ID$/ },
    {
      wrong: ['create-key', 'contoso', 'a', 'b'],
      says: /^Expected: npm run poundkey -- create-key TENANT NAME$/,
    },
    {
      wrong: ['create-tenant', 'Contoso AB', 'Contoso'],
      says: /^ID: This must be 1-40 of a-z, 0-9 and "-"\.$/,
    },
    { wrong: ['create-tenant', 'northwind', ' '], says: /^NAME: This must be a name of 1-80 characters\.$/ },
    {
      wrong: ['create-key', 'nobody', 'x'],
      says: /^There is no tenant "nobody"\. Make it first: .*create-tenant/,
    },
    { wrong: ['create-key', 'contoso', ''], says: /^NAME: This must be a name of 1-80 characters\.$/ },
    { wrong: ['revoke-key', 'aaaaaaaaaaaa'], says: /^There is no live key of this ID\./ },
    { wrong: ['dead-letters', 'contoso'], says: /^Expected: npm run poundkey -- dead-letters$/ },
    { wrong: ['resend', 'all'], says: /^The ID is a UUID, as dead-letters shows it\.$/ },
    { wrong: ['resend', randomUUID()], says: /^There is no message of this id\./ },
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
    { policy: '[]', says: /^The file .*policy\.json is no policy: .*the document: / },
    { policy: '{"ringTimeoutS": 1, "colour": "red"}', says: /no policy: .*\/ringTimeoutS: .*\/colour: / },
  ])('refuses $policy for a policy, and keeps the one that counts', async ({ policy, says }) => {
    const before = await tools.tenants.policyOf('contoso');
    const { exitCode, errors } = await poundkey('set-policy', 'contoso', policyFile(policy));
    expect(errors).toMatch(says);
    expect(exitCode).toBe(2);
    expect(await tools.tenants.policyOf('contoso')).toEqual(before);
  });

  it('does not repeat a whole key that was typed for its ID', async () => {
    const { output: key } = await poundkey('create-key', 'contoso', 'typed whole');
    const { exitCode, errors } = await poundkey('revoke-key', key);
    expect(exitCode).toBe(2);
    expect(errors).not.toContain(key.split('_')[1]);
  });

  it.each<{ failure: Error; exitCode: number }>([
    { failure: new ConfigError('PORT must be a whole number'), exitCode: 2 },
    { failure: new Error('The database cannot be used.'), exitCode: 1 },
  ])('says why it did not get to its registry: $failure.message', async ({ failure, exitCode }) => {
    const away: WithTools = () => Promise.reject(failure);
    expect(await runCommand(['revoke-key', 'x'], away)).toEqual({
      exitCode,
      output: '',
      errors: failure.message,
    });
  });
});
