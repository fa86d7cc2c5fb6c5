import { type Kysely, sql } from 'kysely';

/**
 * One row holds all that changes while a call lasts, so that each webhook is one update of one row: the live call and
 * the story move into `verification`. `call_attempt` says which attempts there were, and keeps how earlier ones ended.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table verification
    add column open boolean not null default true,
    add column live boolean not null default false,
    add column policy_version int not null default 0,
    add column trace_parent text,
    add column attempts int not null default 0,
    add column call_id text,
    add column call_status text,
    add column call_error text,
    add column status_sequence int not null default -1,
    add column round int not null default 1,
    add column prompt text not null default 'ask',
    add column wrong_keys int not null default 0,
    add column silences int not null default 0,
    add column answered_by text,
    add column dialed_at timestamptz,
    add column rang_at timestamptz,
    add column answered_at timestamptz,
    add column ended_at timestamptz,
    add column events jsonb not null default '[]'`,
  'drop trigger verification_requested on verification',
  'drop trigger verification_moved on verification',
  'drop trigger call_attempt_prompted on call_attempt',
  'drop function tell_of_verification',
  'drop function tell_of_prompt',
  `update verification v set open = state <> 'finished',
    live = state in ('dialing', 'ringing', 'answered', 'decided'),
    attempts = (select count(*) from call_attempt a where a.verification_id = v.id),
    events = coalesce((select jsonb_agg(jsonb_build_object('type', e.type, 'at', e.at) || e.data order by e.id)
      from verification_event e where e.verification_id = v.id), '[]')`,
  `update verification v set call_id = a.call_id, call_status = a.status, call_error = a.error_code,
      status_sequence = a.status_sequence, round = a.round, prompt = a.prompt, wrong_keys = a.wrong_keys,
      silences = a.silences, answered_by = a.answered_by, dialed_at = a.started_at, rang_at = a.rang_at,
      answered_at = a.answered_at, ended_at = a.ended_at
    from call_attempt a where a.id = v.attempt_id`,
  'drop table verification_event',
  // A column of an index that changes makes every update write to every index (PostgreSQL, heap-only tuples): so none
  // that changes during a call is indexed, and room is left on each page for the next version of a row.
  'drop index verification_open',
  'create index verification_open on verification (created_at, id) where open',
  'create index verification_live on verification (created_at, id) where live',
  'create index verification_number on verification (phone_number)',
  'alter table verification drop constraint verification_tenant_id_idempotency_key_key',
  `create unique index verification_idempotency_key on verification (tenant_id, idempotency_key)
    where idempotency_key is not null`,
  'alter table verification set (fillfactor = 60)',
  'drop index call_attempt_call',
  'create index call_attempt_call on call_attempt (call_id) where call_id is not null',
  // Rows are written by statements that have just locked or written the row they refer to, and none is ever removed: a
  // check would only lock that row once more. The tenant's row would be locked by everybody.
  ...[
    ['verification', 'tenant_id'],
    ['call_attempt', 'verification_id'],
    ['phone_method', 'tenant_id', 'verification_id'],
    ['app_password', 'tenant_id', 'verification_id'],
    ['audit_event', 'tenant_id', 'verification_id'],
    ['outbox', 'tenant_id', 'verification_id'],
  ].flatMap(([table, ...columns]) =>
    columns.map((column) => `alter table ${table} drop constraint ${table}_${column}_fkey`),
  ),
  // A place on a caller line (GCRA). A tenant's own pace is half the line's, so whatever one tenant asks for, others
  // find a place within the same time. No place: `free_at` says when the sooner of the two paces is free.
  `create function take_slot(line text, tenant text, pace interval, furthest timestamptz, moment timestamptz,
      out slot_at timestamptz, out free_at timestamptz) language plpgsql as $$
    declare line_free timestamptz; share_free timestamptz;
    begin
      insert into caller_line (number, next_free_at) values (line, moment) on conflict do nothing;
      select next_free_at into line_free from caller_line where number = line for update;
      insert into line_share (line_number, tenant_id, next_free_at) values (line, tenant, moment) on conflict do nothing;
      select next_free_at into share_free from line_share where line_number = line and tenant_id = tenant for update;
      free_at := greatest(line_free, share_free);
      if free_at > furthest then return; end if;
      slot_at := greatest(line_free, moment);
      update caller_line set next_free_at = slot_at + pace where number = line;
      update line_share set next_free_at = greatest(share_free, moment) + 2 * pace
        where line_number = line and tenant_id = tenant;
    end $$`,
  // Admits one request: its idempotency key is new, its counters have room, its line has a place. `refused` names what
  // has not (a counter by its name), and nothing is counted then. Rows that everybody wants are locked last.
  `create function admit_request(tenant text, idempotency text, counters jsonb, line text, pace interval,
      furthest timestamptz, moment timestamptz, out refused text, out until timestamptz, out slot_at timestamptz)
      language plpgsql as $$
    declare counter jsonb; counted text[] := '{}'; slot record;
    begin
      if idempotency is not null and exists (select from verification v
          where v.tenant_id = tenant and v.idempotency_key = idempotency) then
        refused := 'repeated';
        return;
      end if;
      for counter in select * from jsonb_array_elements(counters) loop
        insert into rate_count as r (key, window_ends_at, count)
          values (counter->>'key', (counter->>'endsAt')::timestamptz, 1)
          on conflict (key) do update set
            count = case when r.window_ends_at <= moment then 1 else r.count + 1 end,
            window_ends_at = case when r.window_ends_at <= moment then excluded.window_ends_at else r.window_ends_at end
            where r.window_ends_at <= moment or r.count < (counter->>'most')::int;
        if not found then
          refused := counter->>'name';
          select window_ends_at into until from rate_count where key = counter->>'key';
          exit;
        end if;
        counted := counted || (counter->>'key');
      end loop;
      if refused is null and pace > interval '0' then
        select * into slot from take_slot(line, tenant, pace, furthest, moment);
        slot_at := slot.slot_at;
        if slot_at is null then
          refused := 'line';
          until := slot.free_at;
        end if;
      end if;
      if refused is not null then update rate_count set count = count - 1 where key = any(counted); end if;
    end $$`,
];
