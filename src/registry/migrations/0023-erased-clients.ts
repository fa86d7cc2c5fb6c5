import { type Kysely, sql } from 'kysely';

/**
 * An app server says where its client is, who is mostly the person: when a user is erased, that address goes too. Which
 * server it was stays.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select quote_ident(current_schema()) as schema`.execute(db);
  await sql.raw(eraseAuditEvents(rows[0]?.schema ?? 'public')).execute(db);
}

const eraseAuditEvents = (schema: string) => `
  create or replace function erase_audit_events(tenant text, erased text) returns int
    language plpgsql security definer set search_path = ${schema}, pg_temp set poundkey.audit_change = 'erase' as $$
  declare changed int;
  begin
    update audit_event set user_id = '(erased user)', data = '{}',
      actor_id = case when actor_type = 'user' then null else actor_id end,
      actor_name = case when actor_type = 'user' then null else actor_name end,
      client_address = case when actor_type in ('user', 'appServer') then null else client_address end
    where tenant_id = tenant and user_id = erased;
    get diagnostics changed = row_count;
    return changed;
  end $$`;
