// Erasing a user takes no more work where much is kept about others: it reads no table as a whole.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { noteTraffic } from '../support/count-traffic.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SHARED_STORES } from '../support/stores.ts';

describe.each(SHARED_STORES.slice(-1))('on %s', (combination) => {
  const { world } = worldOn(combination);

  test('erasing a user finds all by indexes, and events with and without a verification', async () => {
    await world.story('press-pound', { userId: 'u-1' });
    await world.api('PUT', '/v1/users/u-1/block', { reason: 'stolen' });
    await sql`insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
      select gen_random_uuid(), 'elsewhere', 'u-' || n, gen_random_uuid(), 'verification.finished', '{}', now()
      from generate_series(1, 20000) n`.execute(world.db);
    await sql`analyze audit_event`.execute(world.db);
    const traffic = noteTraffic();
    expect(await world.api('DELETE', '/v1/users/u-1')).toMatchObject({ status: 200 });
    traffic.stop();
    const left = world.db.selectFrom('auditEvent').select('type').where('tenantId', '=', 'contoso');
    expect(await left.where('userId', '=', 'u-1').execute()).toEqual([]);
    const types = (await left.execute()).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['phoneMethod.registered', 'user.blocked', 'user.erased']));
    // Erasing waits for rows; work in the background skips those that are locked.
    const statements = traffic.statements.filter(
      (text) => /for update(?! (of \w+ )?skip locked)/.test(text) && !/told/.test(text),
    );
    expect(statements).toHaveLength(2);
    for (const statement of statements) expect(await planOf(statement)).not.toContain('Seq Scan');
  });

  /** How PostgreSQL runs a statement without knowing the values. */
  function planOf(text: string): Promise<string> {
    return world.db.connection().execute(async (one) => {
      await sql`set plan_cache_mode = force_generic_plan`.execute(one);
      await sql.raw(`prepare erasing as ${text}`).execute(one);
      const count = new Set(text.match(/\$\d+/g)).size;
      const values = Array.from({ length: count }, () => 'null').join();
      const { rows } = await sql
        .raw<Record<string, string>>(`explain execute erasing(${values})`)
        .execute(one);
      await sql.raw('deallocate erasing').execute(one);
      return rows.flatMap((row) => Object.values(row)).join('\n');
    });
  }
});
