// An operator sets a store up with `npm run poundkey`, as processes of their own; then the service runs on it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { type Service, startService } from '../../src/service.ts';
import { worldOn } from '../support/open-worlds.ts';
import { startScript } from '../support/run-script.ts';
import { SHARED_STORES } from '../support/stores.ts';
import { clientOf } from '../support/world.ts';

const POUNDKEY = new URL('../../scripts/poundkey.ts', import.meta.url);
/** Each command opens the store anew, on a machine that may have other things to do. */
const SET_UP_MS = 600_000;

describe('a store that an operator set up', () => {
  const dataDir = mkdtempSync(join(inject('runDirectory'), 'operator-'));
  const policy = join(dataDir, 'policy.json');
  const poundkey = (...args: string[]) => startScript(POUNDKEY, args, { DATA_DIR: dataDir }).exit;
  const makeKey = async () => (await poundkey('create-key', 'contoso', 'backend')).output;
  const keys: string[] = [];
  const printed: { code: number | null; output: string }[] = [];
  let service: Service;

  beforeAll(async () => {
    writeFileSync(policy, '{"officePhone": {"allowed": false}}');
    printed.push(await poundkey('create-tenant', 'contoso', 'Contoso AB', '--country', 'SE'));
    keys.push(await makeKey(), await makeKey());
    printed.push(await poundkey('revoke-key', keys[1]?.split('_')[1] ?? ''));
    printed.push(await poundkey('set-policy', 'contoso', policy));
    const config = readConfig({ DATA_DIR: dataDir, PORT: '0', OPS_PORT: '0', SIMULATOR_PORT: '0' });
    service = await startService(config, { log: createLogger({ level: 'silent' }) });
  }, SET_UP_MS);

  afterAll(async () => {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const request = (key: string | undefined) =>
    clientOf(() => service.url ?? '', key?.trim() ?? '')('POST', '/v1/verifications', {
      userId: 'u-1',
      number: '+46812345678',
    });

  it('was told so on the way, a line for each command', () => {
    expect(printed).toEqual([
      { code: 0, output: 'The tenant contoso was created.\n' },
      { code: 0, output: 'The key is revoked.\n' },
      {
        code: 0,
        output:
          'The policy of contoso was replaced; the current version is 2. Changed:\n  /officePhone/allowed: true -> false\n',
      },
    ]);
    expect(keys[0]).toMatch(/^pk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}\n$/);
  });

  it('knows the key that was made, and goes by the policy that was set', async () => {
    expect(await request(keys[0])).toMatchObject({
      status: 403,
      body: { code: 'policy.officePhoneRefused' },
    });
  });

  it('refuses the key that was revoked', async () => {
    expect(await request(keys[1])).toMatchObject({ status: 401, body: { code: 'apiKey.invalid' } });
  });

  it('is closed to the command line while the service runs, which says who has it', async () => {
    const { code, output } = await poundkey('revoke-key', 'aaaaaaaaaaaa');
    expect(output).toContain(`is in use by process ${process.pid} on `);
    expect(code).toBe(1);
  });
});

describe.each(SHARED_STORES.slice(-1))('the command line beside a running service on %s', (combination) => {
  const { world, stores } = worldOn(combination);
  let environment: Record<string, string>;

  beforeAll(() => {
    const { hashKeys, sealKeys } = world.config.secrets!;
    const signingKeys = world.config.signingKeys!;
    environment = {
      DATABASE_URL: stores.databaseUrl!,
      HASH_KEYS: hashKeys,
      SEAL_KEYS: sealKeys,
      SIGNING_KEYS: signingKeys,
    };
  });

  const poundkey = (...args: string[]) => startScript(POUNDKEY, args, environment).exit;
  const request = () => world.api('POST', '/v1/verifications', { userId: 'u-1', number: '+46812345678' });

  it('blocks a user and ends the block, and the very next request shows it', async () => {
    const { code } = await poundkey('block', 'contoso', 'u-1', '--reason', 'phone stolen');
    expect(code).toBe(0);
    expect(await request()).toMatchObject({ status: 403, body: { code: 'user.blocked' } });
    expect(await poundkey('unblock', 'contoso', 'u-1')).toMatchObject({ code: 0 });
    expect(await request()).toMatchObject({ status: 201 });
    await world.settle();
  });

  it("tells a verification's story and how the keys stand", async () => {
    const { id } = await world.story('press-pound');
    const { code, output } = await poundkey('story', id, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ verification: { id, outcome: 'approved' } });
    const keys = await poundkey('rotate-keys');
    expect(keys.output).toMatch(/^HASH_KEYS {2}k1 {2}is the current one {2}\d app passwords$/m);
    expect(keys.code).toBe(0);
  });
});

describe('the command line', () => {
  it('makes no store where it only reads: a mistyped directory stays as it was', async () => {
    const nowhere = join(inject('runDirectory'), 'mistyped');
    const { code, output } = await startScript(POUNDKEY, ['list-tenants'], { DATA_DIR: nowhere }).exit;
    expect(output).toContain(`There is no store in ${nowhere}. Set DATA_DIR`);
    expect(existsSync(nowhere)).toBe(false);
    expect(code).toBe(2);
  });

  it('says which variables are wrong', async () => {
    const { code, output } = await startScript(POUNDKEY, ['revoke-key', 'x'], { ROLE: 'boss', PORT: 'x' })
      .exit;
    expect(output).toMatch(/^ {2}- ROLE must be one of /m);
    expect(output).toMatch(/^ {2}- PORT must be /m);
    expect(code).toBe(2);
  });

  it('says what to check when the database is away, and no password', async () => {
    const key = `a:${Buffer.alloc(32, 1).toString('base64')}`;
    const away = {
      DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x',
      ...{ HASH_KEYS: key, SEAL_KEYS: key, SIGNING_KEYS: newSigningRingText() },
    };
    const { code, output } = await startScript(POUNDKEY, ['find', 'contoso', 'u-1'], away).exit;
    expect(output).toMatch(/^The registry cannot be reached from here, .* requests are answered 503/m);
    expect(output).not.toMatch(/^ {4}at /m);
    expect(output).toMatch(/^The database 127\.0\.0\.1:1\/x cannot be used: .* Check DATABASE_URL/m);
    expect(output).not.toContain('hidden');
    expect(code).toBe(1);
  });
});
