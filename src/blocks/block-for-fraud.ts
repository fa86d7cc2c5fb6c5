import sql, { type Sql } from 'sql-template-tag';

/**
 * `block`: blocks the user of the finished verification in `done`, who reported fraud, and returns the block. One that
 * lasts longer stays, and then there is none to return.
 * @param expiresAt null: until the user is unblocked
 * @param condition on `done`
 */
export function writeFraudBlock(expiresAt: Date | null, condition: Sql, now: Date): Sql {
  return sql`block as (
    insert into user_block (tenant_id, user_id, reason, created_at, expires_at)
    select tenant_id, user_id, 'fraudReported', ${now}::timestamptz, ${expiresAt}::timestamptz from done
    where ${condition}
    on conflict (tenant_id, user_id) do update set reason = excluded.reason, created_at = excluded.created_at,
      expires_at = excluded.expires_at
      where user_block.expires_at < coalesce(excluded.expires_at, 'infinity')
    returning *)`;
}
