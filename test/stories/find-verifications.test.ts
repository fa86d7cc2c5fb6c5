// A backend finds verifications again: the newest first, by user, state, outcome and time, page by page.
import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import { noteTraffic } from '../support/count-traffic.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import type { Answer, World } from '../support/world.ts';

const PATH = '/v1/verifications';

describeWorlds('finding verifications', ({ world, combination }) => {
  /** In the order of their requests: approved, busy, approved, and one that rings. */
  let asked: { id: string; userId: string; createdAt: string }[];

  beforeAll(async () => {
    asked = [];
    for (const phone of ['press-pound', 'busy', 'press-pound'] as const) {
      asked.push(await world.story(phone, { userId: phone }));
      await world.time.advance(60_000);
    }
    world.time.pause();
    asked.push(await world.request('no-answer', { userId: 'waits' }));
    await vi.waitFor(async () => expect((await world.read(asked[3]?.id ?? '')).state).toBe('ringing'), SOON);
  });

  const idsIn = ({ body }: Answer): string[] => body.value.map(({ id }: { id: string }) => id);
  const idsOf = (...places: number[]) => places.map((place) => asked[place]?.id);

  test('all of the tenant, the newest first, as they are read by their ids', async () => {
    const all = await world.api('GET', PATH);
    expect(all).toMatchObject({ status: 200, body: { next: null } });
    expect(idsIn(all)).toEqual(idsOf(3, 2, 1, 0));
    expect(all.body.value[1]).toEqual(await world.read(asked[2]?.id ?? ''));
  });

  test.each<[query: string, places: number[]]>([
    ['userId=press-pound', [2, 0]],
    ['userId=nobody', []],
    ['state=finished', [2, 1, 0]],
    ['state=ringing', [3]],
    ['outcome=busy', [1]],
    ['outcome=approved&userId=press-pound&state=finished', [2, 0]],
    ['outcome=fraudReported', []],
  ])('by %s', async (query, places) => {
    const found = await world.api('GET', `${PATH}?${query}`);
    expect(found).toMatchObject({ status: 200, body: { next: null } });
    expect(idsIn(found)).toEqual(idsOf(...places));
  });

  test('those requested after a time, in any time zone', async () => {
    const { createdAt } = asked[1] ?? { createdAt: '' };
    expect(idsIn(await world.api('GET', `${PATH}?createdAfter=${createdAt}`))).toEqual(idsOf(3, 2));
    const inStockholm = new Date(Date.parse(createdAt) + 3_600_000).toISOString().replace('Z', '%2B01:00');
    expect(idsIn(await world.api('GET', `${PATH}?createdAfter=${inStockholm}`))).toEqual(idsOf(3, 2));
  });

  /** Every page, by the cursor of the one before. */
  async function pages(query: string, api: World['api'] = world.api): Promise<string[][]> {
    const found: string[][] = [];
    for (let next: string | null = ''; next !== null && found.length < 20; ) {
      const answer: Answer = await api('GET', `${PATH}?${query}${next && `&after=${next}`}`);
      expect(answer.status).toBe(200);
      found.push(idsIn(answer));
      next = answer.body.next;
    }
    return found;
  }

  test('page by page, and what is requested meanwhile moves nothing', async () => {
    expect(await pages('limit=3')).toEqual([idsOf(3, 2, 1), idsOf(0)]);
    expect(await pages('limit=2')).toEqual([idsOf(3, 2), idsOf(1, 0)]);
    expect(await pages('limit=1&userId=press-pound')).toEqual([idsOf(2), idsOf(0)]);
    expect(await pages('limit=1&outcome=approved')).toEqual([idsOf(2), idsOf(0)]);
    const first = await world.api('GET', `${PATH}?limit=3`);
    const { id } = await world.request('no-answer');
    const second = await world.api('GET', `${PATH}?limit=3&after=${first.body.next}`);
    expect(idsIn(second)).toEqual(idsOf(0));
    await world.api('POST', `${PATH}/${id}/cancel`);
  });

  test('none of another tenant, whatever is asked', async () => {
    const { api } = await world.addTenant('fabrikam');
    const first = await world.api('GET', `${PATH}?limit=1`);
    for (const query of ['', '?userId=press-pound', '?outcome=busy', `?after=${first.body.next}`])
      expect(await api('GET', PATH + query)).toMatchObject({ status: 200, body: { value: [], next: null } });
  });

  test.each([
    `after=9999999999999_${'f'.repeat(8)}-ffff-ffff-ffff-${'f'.repeat(12)}`,
    'createdAfter=0000-01-01T00:00:00Z',
    'createdAfter=9999-12-31T23:59:59.999Z',
    'createdAfter=0001-01-01T00:00:00%2B23:59',
    'createdAfter=9999-12-31T23:59:59-23:59',
  ])('from the beginning to the end of time: %s', async (query) => {
    expect(await world.api('GET', `${PATH}?${query}`)).toMatchObject({ status: 200 });
  });

  test.each<[query: string, field: string]>([
    ['userId=', 'userId'],
    ['state=ringing-soon', 'state'],
    ['outcome=ok', 'outcome'],
    ['createdAfter=yesterday', 'createdAfter'],
    ['createdAfter=2026-02-30T00:00:00Z', 'createdAfter'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['after=2', 'after'],
    ['after=999999999999999_6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c', 'after'],
    ['number=%2B46812345678', 'number'],
  ])('a wrong question, %s, is refused by its field', async (query, field) => {
    const refused = await world.api('GET', `${PATH}?${query}`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(JSON.stringify(refused.body.errors)).toContain(`"field":"${field}"`);
  });

  test('among many: a page takes the same work, finds all in the end, and reads no table as a whole', async () => {
    const { api } = await world.addTenant('many');
    await sql`insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country,
        locale, state, outcome, wake_at, created_at, expires_at, decided_at, finished_at, open)
      select gen_random_uuid(), 'many', 'u-' || n % 50, 'signIn', 'call', 'office', '+46812345678', 'SE', 'sv-SE',
        'finished', case when n % 1500 = 1 then 'fraudReported' else 'approved' end, at, at, at, at, at, false
      from (select n, timestamptz '2026-11-01' + n / 3 * interval '1 second' as at from generate_series(1, 3200) n) m`.execute(
      world.db,
    );
    const rare = await pages('outcome=fraudReported', api);
    expect(rare.flat()).toHaveLength(3);
    // 1,000 are looked at for each page.
    expect(rare).toHaveLength(4);
    const whole = await pages('limit=100&userId=u-7', api);
    expect(whole.flat()).toHaveLength(64);
    expect(new Set(whole.flat()).size).toBe(64);
    // Three were requested at the same time each: none is left out between two pages.
    const firsts = (await pages('limit=100', api)).flat();
    expect(new Set(firsts).size).toBe(2_000);
  });

  test('among many of erased users: none of them is shown, an answer takes no more work, and all others are found', async () => {
    const { api } = await world.addTenant('erased');
    await sql`insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country,
        locale, state, outcome, wake_at, created_at, expires_at, decided_at, finished_at, open)
      select gen_random_uuid(), 'erased', case when n % 1100 = 0 then 'u-' || n else '(erased user)' end, 'signIn',
        'call', 'office', '', 'SE', 'sv-SE', 'finished', 'approved', at, at, at, at, at, false
      from (select n, timestamptz '2026-11-01' + n * interval '1 second' as at from generate_series(1, 3300) n) m`.execute(
      world.db,
    );
    for (const query of ['limit=1', 'limit=50', 'outcome=approved', 'createdAfter=2026-11-01T00:00:00Z']) {
      const found = await pages(query, api);
      expect(found.flat()).toHaveLength(3);
      expect(found.length).toBeGreaterThanOrEqual(4);
    }
    expect((await pages('userId=u-2200', api)).flat()).toHaveLength(1);
  });

  // The embedded store is PostgreSQL too; the plans of the real one are what counts.
  if (combination === 'postgres')
    test('by indexes, though tenants are thought to be small', async () => {
      for (const query of [
        '',
        '?outcome=busy',
        '?userId=press-pound',
        '?createdAfter=2026-11-21T09:00:00Z',
      ]) {
        const plan = await planOf(world, PATH + query);
        expect(plan).toMatch(query.includes('userId') ? /verification_user/ : /verification_tenant/);
        expect(plan).not.toMatch(/Seq Scan|Bitmap/);
      }
    });
});

/** How PostgreSQL runs the statement behind a question, without knowing the values. */
async function planOf({ api, db }: World, path: string): Promise<string> {
  const traffic = noteTraffic();
  expect(await api('GET', path)).toMatchObject({ status: 200 });
  traffic.stop();
  const text = traffic.statements.find((each) => each.includes('recursive looked')) ?? '';
  const count = new Set(text.match(/\$\d+/g)).size;
  const rows = await db.connection().execute(async (one) => {
    await sql`set plan_cache_mode = force_generic_plan`.execute(one);
    await sql.raw(`prepare found as ${text}`).execute(one);
    const values = Array.from({ length: count }, () => 'null').join();
    const explained = await sql.raw<Record<string, string>>(`explain execute found(${values})`).execute(one);
    await sql.raw('deallocate found').execute(one);
    await sql.raw('reset plan_cache_mode').execute(one);
    return explained.rows;
  });
  return rows.flatMap((row) => Object.values(row)).join('\n');
}
