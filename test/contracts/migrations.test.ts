// A registry that an earlier version filled is carried over: calls under way, stories, idempotency keys.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createLiveCallStore } from '../../src/journey/store/live-calls.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { MIGRATIONS } from '../../src/registry/migrations.ts';
import type { Registry } from '../../src/registry/schema.ts';
import { describeEachStore, freshStores } from '../support/stores.ts';

const log = { warn: () => undefined };
const EARLIER = Object.fromEntries(Object.entries(MIGRATIONS).slice(0, 2));
const [RINGS, DONE] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const [CALL, OLD_CALL] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];

describeEachStore('a registry of version 0.1', (combination) => {
  test('is carried over with its calls under way and its stories', async () => {
    const stores = await freshStores(combination, { empty: true });
    const before = await openDatabase<Registry>(stores.database, EARLIER, log);
    for (const statement of FILLED) await sql.raw(statement).execute(before.db);
    await before.close();

    const { db, run, close } = await openDatabase<Registry>(stores.database, MIGRATIONS, log);
    const rows = await db.selectFrom('verification').selectAll().orderBy('id').execute();
    expect(rows).toMatchObject([
      {
        id: RINGS,
        open: true,
        live: true,
        attempts: 1,
        callId: 'CA1',
        callStatus: 'ringing',
        round: 2,
        wrongKeys: 1,
      },
      { id: DONE, open: false, live: false, attempts: 1, callId: 'CA2', callStatus: 'busy', outcome: 'busy' },
    ]);
    expect(rows.map(({ events }) => events.map(({ type, prompt }) => prompt ?? type))).toEqual([
      ['queued', 'ringing', 'wrong-key'],
      ['queued', 'finished'],
    ]);
    const call = { attemptId: CALL, callId: 'CA1', sender: { to: null, lines: null } };
    const answered = await createLiveCallStore(run).answered({
      ...call,
      now: new Date(),
      wakeAt: new Date(),
    });
    expect(answered).toMatchObject({ id: RINGS, state: 'answered', round: 2, policyNow: 1 });
    const again = db
      .insertInto('verification')
      .values({ ...rows[1]!, id: CALL, events: '[]' })
      .execute();
    await expect(again).rejects.toMatchObject({ constraint: 'verification_idempotency_key' });
    await close();
    await stores.drop();
  });
});

const verification = (id: string, state: string, outcome: string, attempt: string, key: string) => `
  insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country, locale, state,
    wake_at, idempotency_key, created_at, expires_at)
  values ('${id}', 'contoso', 'u-1', 'register', 'call', 'office', '+46812345678', 'SE', 'sv-SE', 'queued', now(), '${key}',
    now(), now() + interval '10 minutes');
  insert into call_attempt (id, verification_id, number, line_number, call_id, status, started_at)
  values ('${attempt}', '${id}', 1, '+12025550100', '${key}', '${state === 'finished' ? 'busy' : state}', now());
  update verification set state = '${state}', outcome = ${outcome}, attempt_id = '${attempt}' where id = '${id}'`;

const FILLED = [
  `insert into tenant (id, name, created_at) values ('contoso', 'Contoso', now())`,
  ...verification(RINGS, 'ringing', 'null', CALL, 'CA1').split(';'),
  `update call_attempt set round = 2, prompt = 'wrong-key', wrong_keys = 1 where id = '${CALL}'`,
  ...verification(DONE, 'finished', `'busy'`, OLD_CALL, 'CA2').split(';'),
];
