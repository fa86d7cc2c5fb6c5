import { type Kysely, sql } from 'kysely';

/**
 * Audit events say who acted and from where, and are found by tenant and by user. They are never changed: rows are
 * removed by `purge_audit_events`, and made anonymous by `erase_audit_events`, and by nothing else.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select quote_ident(current_schema()) as schema`.execute(db);
  for (const statement of [...COLUMNS, ...guard(rows[0]?.schema ?? 'public')])
    await sql.raw(statement).execute(db);
}

const COLUMNS = [
  `alter table audit_event
    alter column user_id drop not null,
    add column outcome text,
    add column actor_type text,
    add column actor_id text,
    add column actor_name text,
    add column client_address text`,
  'create index audit_event_tenant on audit_event (tenant_id, at, id)',
  'drop index audit_event_user',
  'create index audit_event_user on audit_event (tenant_id, user_id, at, id)',
];

/**
 * The functions run as their owner, who owns the table: a service whose role has no right to change audit events can
 * still have them purged and made anonymous. `poundkey.audit_change` is set within them only, so that no other statement
 * gets by the trigger by mistake; for whoever sets it on purpose the trigger has the same bounds as the functions.
 */
const guard = (schema: string) => [
  `create function refuse_audit_change() returns trigger language plpgsql as $$
    declare allowed text := coalesce(current_setting('poundkey.audit_change', true), '');
    begin
      if tg_op = 'DELETE' and allowed = 'purge' then
        if old.at < clock_timestamp() - interval '90 days' then return old; end if;
      elsif tg_op = 'UPDATE' and allowed = 'erase' then
        if new.user_id = '(erased user)' and new.data = '{}' and new.id = old.id and new.tenant_id = old.tenant_id
          and new.type = old.type and new.at = old.at and new.actor_type is not distinct from old.actor_type
          then return new; end if;
      end if;
      raise exception 'Audit events are neither changed nor removed (% refused).', tg_op using
        errcode = 'insufficient_privilege',
        hint = 'Old ones are removed by the retention of the tenant''s policy; those of a user are made anonymous when the user is erased.';
    end $$`,
  `create trigger audit_event_is_kept before update or delete on audit_event
    for each row execute function refuse_audit_change()`,
  `create trigger audit_event_is_not_emptied before truncate on audit_event
    for each statement execute function refuse_audit_change()`,
  // The database's own clock counts, if the caller's is ahead. Defaults and bounds: retention in domain/policy-schema.ts.
  `create function purge_audit_events(moment timestamptz, most int) returns int
      language plpgsql security definer set search_path = ${schema}, pg_temp set poundkey.audit_change = 'purge' as $$
    declare removed int; latest timestamptz := least(moment, clock_timestamp());
    begin
      with old as materialized (
        select e.place from tenant t cross join lateral (
          select a.ctid as place from audit_event a where a.tenant_id = t.id
            and a.at < latest - make_interval(days => greatest(90,
              coalesce((t.policy->'retention'->>'auditEventDays')::int, 365)))
          order by a.at, a.id limit most for update of a skip locked) e limit most)
      delete from audit_event where ctid = any(array(select place from old));
      get diagnostics removed = row_count;
      return removed;
    end $$`,
  `create function erase_audit_events(tenant text, erased text) returns int
      language plpgsql security definer set search_path = ${schema}, pg_temp set poundkey.audit_change = 'erase' as $$
    declare changed int;
    begin
      update audit_event set user_id = '(erased user)', data = '{}',
        actor_id = case when actor_type = 'user' then null else actor_id end,
        actor_name = case when actor_type = 'user' then null else actor_name end,
        client_address = case when actor_type = 'user' then null else client_address end
      where tenant_id = tenant and user_id = erased;
      get diagnostics changed = row_count;
      return changed;
    end $$`,
];
