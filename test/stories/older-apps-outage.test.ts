// The registry goes away while older apps sign in, cannot be written to, or the hash keys are replaced.
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { appServersOf, basic, makeAppPassword, OLDER_APPS } from '../support/older-apps.ts';
import { worldOfThisTest } from '../support/open-worlds.ts';
import { HAS_POSTGRES, startOwnStores } from '../support/own-servers.ts';
import { livedMs, SOON } from '../support/own-time.ts';
import { describeEachStore, freshStores } from '../support/stores.ts';
import { openWorld } from '../support/world.ts';

/** `auth_http_timeout` and `proxy_read_timeout` of the sample configuration, ms. */
const NGINX_WAITS_MS = 5_000;

describe.runIf(HAS_POSTGRES)('while the registry is away', () => {
  test('every app is told so, nobody that the password is wrong, and nothing counts', async () => {
    const stores = await startOwnStores(false);
    const world = await worldOfThisTest(async () => stores, { config: { olderApps: OLDER_APPS } });
    const nginx = await appServersOf(world);
    const { password } = await makeAppPassword(world, 'anna');
    await stores.postgres.halt();
    expect((await nginx.askBasic(basic('anna', password))).status).toBe(503);
    expect((await nginx.askBasic(basic('anna', 'wrong'))).status).toBe(503);
    expect((await nginx.askBasic(null)).status).toBe(401);
    const imap = await nginx.askMail('anna', password);
    expect(imap.headers['auth-status']).toMatch(/^\[UNAVAILABLE\] /);
    expect(imap.headers['auth-wait']).toBeUndefined();
    expect((await nginx.askMail('anna', password, { protocol: 'smtp' })).headers).toMatchObject({
      'auth-error-code': '454 4.7.0',
    });
    await stores.postgres.start();
    await vi.waitFor(
      async () => expect((await nginx.askBasic(basic('anna', password))).status).toBe(204),
      SOON,
    );
    expect(await world.db.selectFrom('wrongAppPassword').select('scope').execute()).toEqual([]);
  }, 120_000);

  test('one that does not answer is away too: apps hear so before nginx gives up', async () => {
    const stores = await startOwnStores(false);
    const world = await worldOfThisTest(async () => stores, { config: { olderApps: OLDER_APPS } });
    const nginx = await appServersOf(world);
    const { password } = await makeAppPassword(world, 'anna');
    const ask = async () => (await nginx.askBasic(basic('anna', password))).status;
    await world.db.transaction().execute(async (transaction) => {
      await sql`lock table app_password in access exclusive mode`.execute(transaction);
      const times = await Promise.all([
        livedMs(async () => expect(await ask()).toBe(503)),
        livedMs(async () =>
          expect((await nginx.askMail('anna', password)).headers['auth-status']).toMatch(/^\[UNAVAILABLE\] /),
        ),
      ]);
      for (const ms of times) expect(ms).toBeLessThan(NGINX_WAITS_MS);
    });
    await vi.waitFor(async () => expect(await ask()).toBe(204), SOON);
  }, 120_000);

  test('a wrong one that cannot be counted in time is not called wrong', async () => {
    const stores = await startOwnStores(false);
    const world = await worldOfThisTest(async () => stores, { config: { olderApps: OLDER_APPS } });
    const nginx = await appServersOf(world);
    const { password } = await makeAppPassword(world, 'anna');
    await world.db.transaction().execute(async (transaction) => {
      await sql`lock table wrong_app_password in access exclusive mode`.execute(transaction);
      expect((await nginx.askBasic(basic('anna', 'wrong'))).status).toBe(503);
      expect((await nginx.askBasic(basic('anna', password))).status).toBe(204);
    });
  }, 120_000);

  test('one that takes no writes lets everybody in, and what was noted about it is forgotten', async () => {
    const stores = await startOwnStores(false);
    const world = await worldOfThisTest(async () => stores, { config: { olderApps: OLDER_APPS } });
    const nginx = await appServersOf(world);
    const { password } = await makeAppPassword(world, 'anna');
    await sql`alter system set default_transaction_read_only = on`.execute(world.db);
    await sql`select pg_reload_conf()`.execute(world.db);
    await vi.waitFor(async () => {
      const { rows } = await sql<{
        on: string;
      }>`select current_setting('default_transaction_read_only') as "on"`.execute(world.db);
      expect(rows[0]?.on).toBe('on');
    }, SOON);
    expect((await nginx.askBasic(basic('anna', password))).status).toBe(204);
    await world.service.appPasswordCheck.flushUses();
    expect((await nginx.askBasic(basic('anna', password))).status).toBe(204);
    await sql`set default_transaction_read_only = off`.execute(world.db);
    await sql`alter system reset default_transaction_read_only`.execute(world.db);
    await sql`select pg_reload_conf()`.execute(world.db);
  }, 120_000);
});

describeEachStore('hash keys that are replaced', (combination) => {
  test('leave every app password valid; one that is used is hashed with the new key afterwards', async () => {
    const stores = await freshStores(combination);
    const sealKeys = newKeyRingText();
    const [oldKey, newKey] = [newKeyRingText(), newKeyRingText().replace('k1:', 'k2:')];
    const open = (hashKeys: string) =>
      openWorld(stores, { config: { olderApps: OLDER_APPS, secrets: { hashKeys, sealKeys } } });
    const before = await open(oldKey);
    const { id, password } = await makeAppPassword(before, 'anna');
    const other = await makeAppPassword(before, 'bo');
    await before.close();
    const during = await open(`${newKey},${oldKey}`);
    const nginx = await appServersOf(during);
    expect((await nginx.askBasic(basic('anna', password))).status).toBe(204);
    await during.service.appPasswordCheck.flushUses();
    const keys = () =>
      during.db
        .selectFrom('appPassword')
        .select(['id', 'hashKeyId'])
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
    expect(Object.fromEntries((await keys()).map((row) => [row.id, row.hashKeyId]))).toEqual({
      [id]: 'k2',
      [other.id]: 'k1',
    });
    expect((await nginx.askBasic(basic('anna', password))).status).toBe(204);
    expect((await nginx.askBasic(basic('bo', other.password))).status).toBe(204);
    await during.close();
    await stores.drop();
  }, 180_000);
});
