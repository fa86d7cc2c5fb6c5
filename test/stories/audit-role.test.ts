// The service has a role of its own, made as docs/operating/audit.md says: it writes audit events and changes none.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { MIGRATIONS } from '../../src/registry/migrations.ts';
import { worldOn } from '../support/open-worlds.ts';
import { type FreshStores, freshStores, SHARED_STORES } from '../support/stores.ts';

const PAGE = readFileSync(new URL('../../docs/operating/audit.md', import.meta.url), 'utf8');
const [FOR_TABLES = '', FOR_QUEUE = ''] = [...PAGE.matchAll(/```sql\n(.*?)```/gs)].map(([, block]) => block);

/** What PostgreSQL says to a role without the right, and what the trigger says to everybody else. */
const INSUFFICIENT_PRIVILEGE = '42501';

/** Runs statements on a database; rejects with PostgreSQL's error. */
async function runOn(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

/** Stores whose tables belong to somebody else. */
async function withOwnRole(combination: (typeof SHARED_STORES)[number]): Promise<FreshStores> {
  const stores = await freshStores(combination);
  const { database } = stores;
  if (database.kind !== 'postgres') throw new Error('this needs PostgreSQL');
  const owned = await openDatabase(database, MIGRATIONS, { warn: () => undefined });
  await owned.close();
  const role = `service_${randomBytes(6).toString('hex')}`;
  const forQueue = stores.queue.kind === 'database' ? FOR_QUEUE : '';
  await runOn(database.url, `${FOR_TABLES}${forQueue}`.replaceAll('poundkey_service', role));
  const url = new URL(database.url);
  url.username = role;
  url.password = 'choose-one';
  return {
    ...stores,
    database: { ...database, url: url.href },
    databaseUrl: url.href,
    async drop() {
      await runOn(database.url, `drop owned by ${role}; drop role ${role}`);
      await stores.drop();
    },
  };
}

const CHANGES = [
  `update audit_event set data = '{}'`,
  `update audit_event set user_id = '(erased user)', data = '{}'`,
  'delete from audit_event',
  'truncate audit_event',
  `begin; set local poundkey.audit_change = 'purge'; delete from audit_event; commit`,
  'alter table audit_event disable trigger all',
  'drop trigger audit_event_is_kept on audit_event',
];

describe.each(SHARED_STORES)('the role of a service on %s', (combination) => {
  const { world, stores } = worldOn(() => withOwnRole(combination));

  test('can do everything that the service does', async () => {
    const { id } = await world.story('press-pound', { userId: 'u-role' });
    expect((await world.api('POST', `/v1/verifications/${id}/reveal-app-password`)).status).toBe(200);
    expect((await world.api('PUT', '/v1/users/u-role/block', { reason: 'lost' })).status).toBe(200);
    await world.db
      .insertInto('auditEvent')
      .values({ id, tenantId: 'contoso', userId: null, type: 'old', data: '{}', at: new Date('2020-01-01') })
      .execute();
    await world.db.deleteFrom('lease').execute();
    await world.service.journey.sweep();
    expect(await world.db.selectFrom('auditEvent').select('id').where('id', '=', id).execute()).toEqual([]);
  });

  test.each(CHANGES)('cannot do: %s', async (change) => {
    const before = await world.db.selectFrom('auditEvent').selectAll().orderBy('id').execute();
    expect(before.length).toBeGreaterThan(3);
    await expect(runOn(stores.databaseUrl ?? '', change)).rejects.toMatchObject({
      code: INSUFFICIENT_PRIVILEGE,
    });
    expect(await world.db.selectFrom('auditEvent').selectAll().orderBy('id').execute()).toEqual(before);
  });

  test('erases a user, whose events are anonymous then', async () => {
    expect((await world.api('DELETE', '/v1/users/u-role')).status).toBe(200);
    const left = await world.db
      .selectFrom('auditEvent')
      .select('type')
      .where('userId', '=', 'u-role')
      .execute();
    expect(left).toEqual([]);
  });
});
