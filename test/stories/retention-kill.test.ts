// Two processes remove what is old, and one is killed in the middle: the other one goes on, and nothing is left half.
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { openOn } from '../support/open-worlds.ts';
import { PATIENTLY, prepareGround } from '../support/service-processes.ts';
import { SHARED_STORES } from '../support/stores.ts';

describe.each(SHARED_STORES)('on %s', (combination) => {
  const { opened: ground } = openOn(combination, (stores) => prepareGround(stores));

  test('a worker that is killed while it removes old rows leaves the rest to another', async () => {
    const workers = [await ground.start('worker'), await ground.start('worker')];
    await sql`with old as (
        insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country, locale,
          state, outcome, wake_at, created_at, expires_at, decided_at, finished_at, open)
        select gen_random_uuid(), 'contoso', 'old-' || n, 'register', 'call', 'office', '+46812345678', 'SE', 'sv-SE',
          'finished', 'busy', at, at, at, at, at, false
        from generate_series(1, 10000) n cross join (select now() - interval '100 days' as at) times returning id)
      insert into call_attempt (id, verification_id, number, line_number, started_at)
      select gen_random_uuid(), id, 1, '+46850500500', now() from old`.execute(ground.db);
    const left = async () => {
      const { rows } = await sql<{ verifications: number; halves: number }>`
        select count(v.id)::int as verifications, count(*) filter (where v.id is null or a.id is null)::int as halves
        from verification v full join call_attempt a on a.verification_id = v.id`.execute(ground.db);
      return rows[0];
    };
    await vi.waitFor(async () => expect((await left())?.verifications).toBeLessThan(10_000), {
      ...PATIENTLY,
      interval: 5,
    });
    const [victim] = workers;
    if (victim) await ground.kill(victim);
    expect(await left()).toMatchObject({ halves: 0 });
    await vi.waitFor(async () => expect(await left()).toEqual({ verifications: 0, halves: 0 }), PATIENTLY);
  }, 180_000);
});
