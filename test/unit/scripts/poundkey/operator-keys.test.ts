// What the operator's command line says about key rings, and what it seals anew.
import { randomUUID, X509Certificate } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../../scripts/poundkey/run-command.ts';
import { createTools } from '../../../../scripts/poundkey/tools.ts';
import { createAppPasswordMaker } from '../../../../src/app-passwords/new-app-password.ts';
import { createDeliveryHooks, resealHookSecrets } from '../../../../src/delivery-hooks/hooks.ts';
import { NO_CEILING } from '../../../../src/domain/ceiling-settings.ts';
import { resealGraphCredentials } from '../../../../src/entra/external-method/graph-credential.ts';
import { createEntraMethods } from '../../../../src/entra/external-method/methods.ts';
import { createConnections } from '../../../../src/entra/messages/connections.ts';
import { createDecrypt, resealMessageKeys } from '../../../../src/entra/messages/message-keys.ts';
import { compareKeys } from '../../../../src/ops/keys/key-problems.ts';
import { createWebhookEndpoints } from '../../../../src/outbox/endpoints.ts';
import { openDatabase } from '../../../../src/platform/database/open-database.ts';
import { newKeyRingText, parseKeyRing } from '../../../../src/platform/secrets/key-ring.ts';
import type { KeyRings } from '../../../../src/platform/secrets/key-rings.ts';
import { newSigningRingText, parseSigningRing } from '../../../../src/platform/secrets/signing-ring.ts';
import { MIGRATIONS } from '../../../../src/registry/migrations.ts';
import type { Registry } from '../../../../src/registry/schema.ts';
import { createUserProfiles } from '../../../../src/users/user-profiles.ts';
import { NO_SPENDING } from '../../../support/command-line.ts';
import { freshStores } from '../../../support/stores.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const clock = { now: () => NOW };
const key = (id: string) => newKeyRingText().replace(/^k1/, id);
const [oldHash, newHash, oldSeal, newSeal] = [key('h1'), key('h2'), key('s1'), key('s2')];
const signingKeys = parseSigningRing(newSigningRingText());
const rings = (hash: string, seal: string) => ({
  hashKeys: parseKeyRing(hash),
  sealKeys: parseKeyRing(seal),
  signingKeys,
});
const before = rings(oldHash, oldSeal);
const during = rings(`${newHash},${oldHash}`, `${newSeal},${oldSeal}`);
const after = rings(newHash, newSeal);

describe('rotate-keys', async () => {
  const stores = await freshStores('embedded');
  const { db, run, close } = await openDatabase<Registry>(stores.database, MIGRATIONS, {
    warn: () => undefined,
  });
  const rotateKeys = (keys: KeyRings, ...options: string[]) => {
    const tools = createTools({
      ceiling: NO_CEILING,
      production: false,
      log: { warn: () => undefined },
      db,
      run,
      clock,
      keys: () => keys,
      spending: () => NO_SPENDING,
      print: async () => undefined,
    });
    return runCommand(
      ['rotate-keys', ...options],
      (use) => use(tools),
      async () => [],
    );
  };

  beforeAll(async () => {
    const { tenants } = createTools({
      ceiling: NO_CEILING,
      production: false,
      log: { warn: () => undefined },
      db,
      run,
      clock,
      keys: () => before,
      spending: () => NO_SPENDING,
      print: async () => undefined,
    });
    await tenants.create({ id: 'contoso', name: 'Contoso AB' });
    await createUserProfiles({ db, clock, hashKeys: before.hashKeys }).change(
      { tenantId: 'contoso', userId: 'u-1' },
      { pin: '1234' },
    );
    await createWebhookEndpoints({ db, clock, sealKeys: before.sealKeys }).put('contoso', {
      url: 'https://mfa.example.com/poundkey',
      types: null,
    });
    await issueAppPassword();
  });
  afterAll(async () => {
    await close();
    await stores.drop();
  });

  async function issueAppPassword() {
    const verificationId = randomUUID();
    const owner = { tenantId: 'contoso', userId: 'u-1' };
    await db
      .insertInto('verification')
      .values({
        ...owner,
        id: verificationId,
        purpose: 'register',
        channel: 'call',
        phoneType: 'office',
        phoneNumber: '+46812345678',
        country: 'SE',
        locale: 'sv-SE',
        state: 'queued',
        wakeAt: NOW,
        createdAt: NOW,
        expiresAt: NOW,
      })
      .execute();
    const made = createAppPasswordMaker({ ...before, clock })({ length: 16, verificationId });
    await db
      .insertInto('appPassword')
      .values({ ...made, ...owner, name: 'Office phone', verificationId, createdAt: NOW })
      .execute();
  }

  it('finds nothing to do while there is one key of a kind', async () => {
    expect(await rotateKeys(before)).toEqual({
      exitCode: 0,
      output: [
        'HASH_KEYS  h1  is the current one  1 PINs, 1 app passwords',
        'SEAL_KEYS  s1  is the current one  1 unrevealed app passwords, 1 webhook secrets',
        '',
        `SIGNING_KEYS  ${signingKeys.current.kid}  is the current one`,
        '',
        'Secrets encrypted again with the current key: 0.',
      ].join('\n'),
      errors: '',
    });
  });

  it('warns of a ring that lost a key, and leaves alone what it cannot open', async () => {
    const { exitCode, output } = await rotateKeys(after);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^HASH_KEYS {2}h1 {2}IS MISSING: .* {2}1 PINs, 1 app passwords$/m);
    expect(output).toMatch(/^SEAL_KEYS {2}s1 {2}IS MISSING: .* 1 webhook secrets$/m);
    expect(output).toContain('again with the current key: 0.');
  });

  it('seals private keys of messages anew, so that the old key can go', async () => {
    const made = createConnections({ run, sealKeys: () => before.sealKeys, clock });
    const { connection, key } = await made.create({
      ...{ tenantId: 'contoso', name: 'Contoso', directoryId: randomUUID(), audiences: ['api://x'] },
      ...{ callerAppId: randomUUID(), requiresRole: true, asksFirst: true, times: 2 },
    });
    expect((await rotateKeys(before)).output).toContain('1 message keys');
    expect(await resealMessageKeys(run, during.sealKeys)).toBe(1);
    expect(await resealMessageKeys(run, during.sealKeys)).toBe(0);
    const keys = (await made.called(connection.id))?.keys ?? [];
    const publicKey = new X509Certificate(key.certificate).publicKey;
    const jwe = await new CompactEncrypt(new TextEncoder().encode('a message'))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: key.keyId })
      .encrypt(publicKey);
    expect(await createDecrypt(after.sealKeys)(jwe, keys, null)).toMatchObject({ plain: 'a message' });
    await made.remove(connection.id);
  });

  it('seals secrets of hooks and credentials for Microsoft Graph anew, so that the old key can go', async () => {
    const tenantId = 'contoso';
    const at = ({ sealKeys }: KeyRings) => ({ run, clock, sealKeys: () => sealKeys });
    const hooks = createDeliveryHooks(at(before));
    const wanted = { tenantId, kind: 'okta', name: 'Okta', asksFirst: true, times: 2 } as const;
    const { hook, secret } = await hooks.create(wanted);
    const methods = createEntraMethods(at(before));
    const method = await methods.create({
      ...{ tenantId, applicationId: randomUUID(), cloud: 'global', displayName: 'Desk phone' },
      ...{ directoryIds: [randomUUID()], firstTime: 'directory', graphCredential: { secret: 'of-the-app' } },
    });
    const said = (await rotateKeys(before)).output;
    expect(said).toContain('1 secrets of delivery hooks');
    expect(said).toContain('1 credentials for Microsoft Graph');
    expect(await resealHookSecrets(run, during.sealKeys)).toBe(1);
    expect(await resealGraphCredentials(run, during.sealKeys)).toBe(1);
    expect(await createDeliveryHooks(at(after)).called('okta', hook.id)).toEqual({ hook, secret });
    const application = await createEntraMethods(at(after)).applicationOf(method.id, 'x');
    expect(application?.credential).toEqual({ kind: 'secret', secret: 'of-the-app' });
    await hooks.remove(tenantId, hook.id);
    await methods.remove(tenantId, method.id);
  });

  it('seals webhook secrets anew, and names what still needs the old keys', async () => {
    const { exitCode, output } = await rotateKeys(during);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^HASH_KEYS {2}h1 {2}is still needed {5}1 PINs, 1 app passwords$/m);
    expect(output).toMatch(/^SEAL_KEYS {2}s2 {2}is the current one {2}1 webhook secrets$/m);
    expect(output).toMatch(/^SEAL_KEYS {2}s1 {2}is still needed {5}1 unrevealed app passwords$/m);
    expect(output).toContain('again with the current key: 1.');
    const endpoint = await db.selectFrom('webhookEndpoint').selectAll().executeTakeFirstOrThrow();
    expect(endpoint.sealedSecret).toMatch(/^v1\.s2\./);
  });

  it('says that an old key may go once nothing needs it', async () => {
    await db.updateTable('appPassword').set({ sealed: null, revokedAt: NOW }).execute();
    await db.updateTable('userProfile').set({ pinHash: null, pinHashKeyId: null }).execute();
    const { output } = await rotateKeys(during);
    expect(output).toMatch(/^HASH_KEYS {2}h1 {2}can be removed$/m);
    expect(output).toMatch(/^SEAL_KEYS {2}s1 {2}can be removed$/m);
    const { exitCode, output: json } = await rotateKeys(after, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(json)).toEqual({
      resealed: 0,
      keys: [
        { ring: 'hash', keyId: 'h2', standing: 'current', uses: [] },
        {
          ring: 'seal',
          keyId: 's2',
          standing: 'current',
          uses: [{ kind: 'webhook secrets', count: 1 }],
        },
        { ring: 'signing', keyId: signingKeys.current.kid, standing: 'current', uses: [] },
      ],
      problems: [],
    });
  });

  it('finds another key under a name that the registry knows', async () => {
    const { noteNewKeys } = await compareKeys(during, { db, clock });
    await noteNewKeys();
    const { exitCode, output } = await rotateKeys(rings(key('h2'), newSeal));
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^HASH_KEYS has another key under a name that the registry was used with: h2\./);
    expect(output).toMatch(/^HASH_KEYS {2}h2 {2}IS ANOTHER KEY than /m);
    expect(output).toMatch(/^SEAL_KEYS {2}s2 {2}is the current one/m);
  });

  it('says of keys that sign which one does, which are published, and which is missing', async () => {
    const [first, next] = [newSigningRingText(), newSigningRingText()];
    const ahead = { ...after, signingKeys: parseSigningRing(`${first},${next}`) };
    const kids = ahead.signingKeys.keys.map(({ kid }) => kid);
    const { output } = await rotateKeys(ahead);
    expect(output).toContain(`SIGNING_KEYS  ${kids[0]}  is the current one\n`);
    expect(output).toMatch(new RegExp(`^SIGNING_KEYS  ${kids[1]}  is published; if it was replaced`, 'm'));
    for (const text of [first, next]) expect(output).not.toContain(text.slice(-40));
    const { id: verificationId } = await db.selectFrom('verification').select('id').executeTakeFirstOrThrow();
    const times = { issuedAt: NOW, expiresAt: new Date(NOW.getTime() + 120_000), phoneVerifiedAt: NOW };
    const ids = { id: randomUUID(), phoneMethodId: randomUUID(), verificationId, keyId: kids[0] ?? '' };
    await db
      .insertInto('signInAssertion')
      .values({ ...ids, ...times })
      .execute();
    const moved = { ...after, signingKeys: parseSigningRing(`${next},${first}`) };
    const signed = '1 assertions that still count';
    expect((await rotateKeys(moved)).output).toMatch(
      new RegExp(`^SIGNING_KEYS  ${kids[0]}  is still needed +${signed}$`, 'm'),
    );
    const without = await rotateKeys({ ...after, signingKeys: parseSigningRing(next) });
    expect(without.exitCode).toBe(1);
    expect(without.output).toMatch(new RegExp(`^SIGNING_KEYS lacks a key .*: ${kids[0]}\\.`));
    await db.deleteFrom('signInAssertion').execute();
  });

  it('never prints a key', async () => {
    const { output } = await rotateKeys(during, '--json');
    for (const ring of [oldHash, newHash, oldSeal, newSeal]) expect(output).not.toContain(ring.split(':')[1]);
  });
});
