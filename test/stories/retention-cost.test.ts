// Removing what is old takes no more work where much is kept: no statement reads a table as a whole.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { noteTraffic } from '../support/count-traffic.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SHARED_STORES } from '../support/stores.ts';

/** Tables that grow. */
const SCANNED =
  /Seq Scan on (verification|call_attempt|outbox|refusal|audit_event)\b|using verification_tenant [^\n]*\n *Index Cond: \(id/;

describe.each(SHARED_STORES.slice(-1))('on %s', (combination) => {
  const { world } = worldOn(combination);

  test('the sweep finds old rows by indexes, and a reader finds audit events by them', async () => {
    await world.story('press-pound', { userId: 'u-1' });
    await sql`insert into audit_event (id, tenant_id, user_id, type, data, at)
      select gen_random_uuid(), 'contoso', 'u-' || n, 'user.blocked', '{}', now() - n * interval '1 s'
      from generate_series(1, 20000) n`.execute(world.db);
    await sql`insert into outbox (id, tenant_id, type, payload, created_at, next_attempt_at, delivered_at)
      select gen_random_uuid(), 'contoso', 'x', '{}', now(), now(), now() from generate_series(1, 20000)`.execute(
      world.db,
    );
    await sql`insert into refusal select 'contoso', 'u-' || n, 'user.blocked', now(), '', '', 1, now()
      from generate_series(1, 20000) n`.execute(world.db);
    await sql`analyze`.execute(world.db);
    await world.db.deleteFrom('lease').execute();
    const traffic = noteTraffic();
    await world.service.journey.sweep();
    for (const query of ['', '?userId=u-1', '?type=user.erased', '/export?from=2026-11-21T09:00:00Z'])
      expect((await fetchAudit(query)).status).toBe(200);
    traffic.stop();
    const texts = traffic.statements.filter((text) => /old as materialized|from audit_event e/.test(text));
    expect(texts.length).toBeGreaterThanOrEqual(7);
    for (const text of new Set(texts)) expect(await planOf(text)).not.toMatch(SCANNED);
    // The one within the database.
    const { rows } = await sql<{ source: string }>`
      select prosrc as source from pg_proc where proname = 'purge_audit_events'`.execute(world.db);
    const [, purge = ''] = /begin\s+(with .*?);/s.exec(rows[0]?.source ?? '') ?? [];
    const text = purge.replaceAll('latest', '$1::timestamptz').replaceAll(/limit most/g, 'limit $2::int');
    expect(await planOf(text)).not.toMatch(SCANNED);
  });

  const fetchAudit = (query: string) =>
    fetch(`${world.service.url}/v1/audit-events${query}`, {
      headers: { authorization: `Bearer ${world.key}` },
    });

  /** How PostgreSQL runs a statement without knowing the values, on a connection of the service. */
  function planOf(text: string): Promise<string> {
    return world.db.connection().execute(async (one) => {
      await sql`set plan_cache_mode = force_generic_plan`.execute(one);
      await sql.raw(`prepare cleaning as ${text}`).execute(one);
      const count = new Set(text.match(/\$\d+/g)).size;
      const values = Array.from({ length: count }, () => 'null').join();
      const { rows } = await sql
        .raw<Record<string, string>>(`explain execute cleaning(${values})`)
        .execute(one);
      await sql.raw('deallocate cleaning').execute(one);
      return rows.flatMap((row) => Object.values(row)).join('\n');
    });
  }
});
