// A backup is taken while a phone rings, everything is lost, and the backup is restored as docs/operating/deploying.md says.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { startService } from '../../src/service.ts';
import { openForThisTest } from '../support/open-worlds.ts';
import { findServers } from '../support/servers.ts';
import { cutConnections, PATIENTLY, prepareGround } from '../support/service-processes.ts';
import { freshStores, SHARED_STORES } from '../support/stores.ts';
import { expectOneEnd, isStatus, stopAt, tracesOf } from '../support/traces.ts';
import { clientOf, configFor, keepLines, openWorld } from '../support/world.ts';

/** Runs one of PostgreSQL's programs. */
function run(program: 'pg_dump' | 'pg_restore', args: string[]): void {
  const bin = dirname(realpathSync(findServers().postgres ?? ''));
  execFileSync(join(bin, program), args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe.each(SHARED_STORES)('a backup of the registry on %s', (combination) => {
  test('brings back what was finished, and the call that rang when it was taken ends once', async () => {
    const { opened: ground, stores } = await openForThisTest(combination, prepareGround);
    const file = join(temporaryDirectory(), 'poundkey.dump');
    const url = stores.databaseUrl ?? '';
    const stateOf = async (id: string) => (await tracesOf(ground.db, id)).verification.state;
    const first = await ground.start('all');
    const done = await ground.request('press-pound', ground.newNumber());
    await vi.waitFor(async () => expect(await stateOf(done)).toBe('finished'), PATIENTLY);
    const number = ground.newNumber();
    const ringing = stopAt(ground, (event) => event.to === number && isStatus(event, 'ringing'));
    const live = await ground.request('press-pound', number);
    await ringing;
    await vi.waitFor(async () => expect(await stateOf(live)).toBe('ringing'), PATIENTLY);

    run('pg_dump', ['--format=custom', `--file=${file}`, url]);
    await ground.kill(first);
    await cutConnections(ground.db);
    await ground.db.deleteFrom('phoneMethod').execute();
    run('pg_restore', ['--clean', '--if-exists', '--no-owner', '--exit-on-error', `--dbname=${url}`, file]);

    await ground.start('all');
    ground.time.resume();
    await vi.waitFor(async () => expect(await stateOf(live)).toBe('finished'), PATIENTLY);
    await ground.time.idle();
    await expectOneEnd(ground, done, { outcome: 'approved' });
    await expectOneEnd(ground, live, { outcome: 'approved' });
  }, 120_000);
});

test('a copy of the embedded store, taken while it is stopped, starts with everything in it', async () => {
  const stores = await freshStores('embedded');
  onTestFinished(() => stores.drop());
  const world = await openWorld(stores);
  const { id, userId } = await world.story('press-pound');
  await world.close();
  const { database } = stores;
  if (database.kind !== 'embedded' || database.dataDir === null) throw new Error('not kept in files');
  const copy = join(temporaryDirectory(), 'data');
  cpSync(database.dataDir, copy, { recursive: true });

  const restored = { ...stores, database: { kind: 'embedded' as const, dataDir: copy } };
  const log = createLogger({ level: 'info', destination: keepLines().destination });
  const service = await startService(configFor(restored, copy), { log });
  onTestFinished(() => service.stop());
  const api = clientOf(() => service.url ?? '', world.key);
  expect((await api('GET', `/v1/verifications/${id}`)).body).toMatchObject({ outcome: 'approved' });
  expect((await api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toHaveLength(1);
}, 60_000);
