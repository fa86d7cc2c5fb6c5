import { type Kysely, sql } from 'kysely';

/**
 * The country of a tenant, counters that grow by an amount, what is known of phones whose calls nobody wanted, and what
 * looks like toll fraud.
 * Phones are kept as `<key id>.<keyed hash>` of number and extension.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Null: every country, as for the tenants that were there before.
  'alter table tenant add column country text',
  'alter table verification add column phone_hash text',
  // `calls` ended without an approval; `answered` are those of them that somebody answered.
  `create table unwanted_calls (
    phone_hash text primary key,
    calls int not null,
    answered int not null,
    last_at timestamptz not null)`,
  'create index unwanted_calls_last on unwanted_calls (last_at)',
  `create table suppressed_number (
    id uuid primary key,
    phone_hash text not null unique,
    masked_number text not null,
    tenant_id text not null,
    verification_id uuid not null,
    created_at timestamptz not null)`,
  // What would have been refused as toll fraud: one row for each day and subject. `called_country`: since when a tenant
  // calls a country.
  `create table toll_fraud_suspicion (
    tenant_id text not null,
    kind text not null,
    subject text not null,
    day date not null,
    requests int not null,
    refusable int not null,
    verification_id uuid not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (tenant_id, day, kind, subject))`,
  'create index toll_fraud_suspicion_last on toll_fraud_suspicion (last_at)',
  `create table called_country (
    tenant_id text not null,
    country text not null,
    first_at timestamptz not null,
    primary key (tenant_id, country))`,
  // Before when a phone must not be called; null: it may be. After the second unwanted call in a row each one makes the
  // next call wait twice as long: 30 s, and a quarter of an hour at most. Those of users who sign in with their own phone
  // are kept apart, see `PAUSED_NAME` in journey/store/unwanted-calls.ts.
  `create function phone_paused_until(phone text, purpose text) returns timestamptz language sql stable as $$
    select u.last_at + make_interval(secs => least(900, 30 * 2 ^ least(u.calls - 2, 10)))
      from unwanted_calls u
      where u.phone_hash = phone || case when purpose = 'signIn' then ' signIn' else '' end and u.calls >= 2 $$`,
  // Another process may still call it with seven arguments; the others have defaults.
  'drop function admit_request',
  // Admits one request: its idempotency key is new, its phone is not suppressed, its counters have room, its line has a
  // place. `refused` names what is wrong (a counter by its name), and nothing is counted then. Rows that everybody wants
  // are locked last. `phones`: the hashes of the phone under all keys, the current one first.
  // `crossed` has the alarms of counters that this request made due: an amount only grows, so each is due once.
  `create function admit_request(tenant text, idempotency text, counters jsonb, line text, pace interval,
      furthest timestamptz, moment timestamptz, phones jsonb default '[]', may_be_suppressed boolean default false,
      out refused text, out until timestamptz, out slot_at timestamptz, out crossed jsonb)
      language plpgsql as $$
    declare counter jsonb; added int; most bigint; reached bigint; percent int; counted jsonb[] := '{}'; slot record;
      paused_until timestamptz;
    begin
      crossed := '[]';
      if idempotency is not null and exists (select from verification v
          where v.tenant_id = tenant and v.idempotency_key = idempotency) then
        refused := 'repeated';
        return;
      end if;
      if may_be_suppressed and exists (select from suppressed_number s
          where s.phone_hash in (select jsonb_array_elements_text(phones))) then
        refused := 'suppressed';
        return;
      end if;
      -- Only who signs in is called all the same where calls were stopped. Their calls are counted apart, too.
      paused_until := phone_paused_until(phones->>0, case when may_be_suppressed then 'register' else 'signIn' end);
      if paused_until > furthest then
        refused := 'paused';
        until := paused_until;
        return;
      end if;
      for counter in select * from jsonb_array_elements(counters) loop
        added := coalesce((counter->>'amount')::int, 1);
        most := (counter->>'most')::int;
        insert into rate_count as r (key, window_ends_at, count)
          select counter->>'key', (counter->>'endsAt')::timestamptz, added where added <= most
          on conflict (key) do update set
            count = case when r.window_ends_at <= moment then added else r.count + added end,
            window_ends_at = case when r.window_ends_at <= moment then excluded.window_ends_at else r.window_ends_at end
            where r.window_ends_at <= moment or r.count::bigint + added <= most
          returning r.count into reached;
        if not found then
          refused := counter->>'name';
          select r.window_ends_at into until from rate_count r where r.key = counter->>'key' and r.window_ends_at > moment;
          until := coalesce(until, (counter->>'endsAt')::timestamptz);
          exit;
        end if;
        counted := array_append(counted, counter);
        for percent in select * from jsonb_array_elements_text(coalesce(counter->'alarmsAt', '[]')) loop
          if reached * 100 >= most * percent and (reached - added) * 100 < most * percent then
            crossed := crossed || jsonb_build_object('counter', counter->>'name', 'percent', percent);
          end if;
        end loop;
      end loop;
      if refused is null and pace > interval '0' then
        select * into slot from take_slot(line, tenant, pace, furthest, moment);
        slot_at := slot.slot_at;
        if slot_at is null then
          refused := 'line';
          until := slot.free_at;
        end if;
      end if;
      if refused is null and paused_until > moment then slot_at := greatest(slot_at, paused_until); end if;
      if refused is not null then
        update rate_count r set count = r.count - coalesce((c->>'amount')::int, 1)
          from unnest(counted) c where r.key = c->>'key';
      end if;
    end $$`,
];
