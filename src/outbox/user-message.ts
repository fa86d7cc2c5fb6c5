import sql, { raw, type Sql } from 'sql-template-tag';
import { isWanted } from './wanted-types.ts';

/**
 * `told`, or another name: messages that are about no verification, to those tenants whose webhook endpoint takes them. They are due at once, to
 * whichever process looks next.
 * @param rows selects tenant_id, type and payload of each; the payload names the user as `userId`, by which it is erased
 */
export function writeUserMessages(rows: Sql, now: Date, name = 'told'): Sql {
  return sql`${raw(name)} as (
    insert into outbox (id, tenant_id, type, payload, created_at, next_attempt_at)
    select gen_random_uuid(), n.tenant_id, n.type, n.payload, ${now}::timestamptz, ${now}::timestamptz
    from (${rows}) n where ${isWanted(sql`n.tenant_id`, sql`n.type`)})`;
}
