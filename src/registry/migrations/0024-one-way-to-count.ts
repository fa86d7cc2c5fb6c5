import { type Kysely, sql } from 'kysely';

/**
 * Everything that is counted in windows of time is counted by one function, `count_one`: requests, sign-ins by number, wrong
 * codes and wrong app passwords, whose counts had a table of their own. And nobody waits in a circle who enables a number.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Adds to a counter, in a window that ends then if it begins now. Null, and nothing is added, where there is no room for
  // it (`most` null: there always is); otherwise what the counter has reached.
  `create function count_one(counter text, added int, most bigint, ends_at timestamptz, moment timestamptz) returns bigint
      language plpgsql as $$
    declare reached bigint;
    begin
      insert into rate_count as r (key, window_ends_at, count)
        select counter, ends_at, added where most is null or added <= most
        on conflict (key) do update set
          count = case when r.window_ends_at <= moment then excluded.count else r.count + excluded.count end,
          window_ends_at = case when r.window_ends_at <= moment then excluded.window_ends_at else r.window_ends_at end
          where most is null or r.window_ends_at <= moment or r.count::bigint + excluded.count <= most
        returning r.count into reached;
      return reached;
    end $$`,
  // Adds to all of these counters, in their order, or to none: `refused` is the name of the first without room. `crossed` has
  // the alarms that became due: an amount only grows, so each is due once.
  `create function count_up(counters jsonb, moment timestamptz, out refused text, out until timestamptz, out crossed jsonb)
      language plpgsql as $$
    declare counter jsonb; added int; most bigint; reached bigint; percent int; counted jsonb := '[]';
    begin
      crossed := '[]';
      for counter in select * from jsonb_array_elements(counters) loop
        added := coalesce((counter->>'amount')::int, 1);
        most := (counter->>'most')::bigint;
        reached := count_one(counter->>'key', added, most, (counter->>'endsAt')::timestamptz, moment);
        if reached is null then
          refused := counter->>'name';
          select r.window_ends_at into until from rate_count r where r.key = counter->>'key' and r.window_ends_at > moment;
          until := coalesce(until, (counter->>'endsAt')::timestamptz);
          perform count_down(counted);
          return;
        end if;
        counted := counted || jsonb_build_array(counter);
        for percent in select * from jsonb_array_elements_text(coalesce(counter->'alarmsAt', '[]')) loop
          if reached * 100 >= most * percent and (reached - added) * 100 < most * percent then
            crossed := crossed || jsonb_build_object('counter', counter->>'name', 'percent', percent);
          end if;
        end loop;
      end loop;
    end $$`,
  // Takes back what was added just now; of each counter so many times what it says.
  `create function count_down(counters jsonb, times int default 1) returns void language plpgsql as $$
    begin
      update rate_count r set count = r.count - times * coalesce((c->>'amount')::int, 1)
        from jsonb_array_elements(counters) c where r.key = c->>'key';
    end $$`,
  // Admits one request: its idempotency key is new, its phone is not suppressed, its counters have room, its line has a
  // place. `refused` names what is wrong (a counter by its name), and nothing is counted then. Rows that everybody wants
  // are locked last. `phones`: the hashes of the phone under all keys, the current one first.
  `create or replace function admit_request(tenant text, idempotency text, counters jsonb, line text, pace interval,
      furthest timestamptz, moment timestamptz, phones jsonb default '[]', may_be_suppressed boolean default false,
      out refused text, out until timestamptz, out slot_at timestamptz, out crossed jsonb)
      language plpgsql as $$
    declare counted record; slot record; paused_until timestamptz;
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
      select * into counted from count_up(counters, moment);
      refused := counted.refused;
      until := counted.until;
      crossed := counted.crossed;
      if refused is not null then return; end if;
      if pace > interval '0' then
        select * into slot from take_slot(line, tenant, pace, furthest, moment);
        slot_at := slot.slot_at;
        if slot_at is null then
          refused := 'line';
          until := slot.free_at;
          perform count_down(counters);
          return;
        end if;
      end if;
      if paused_until > moment then slot_at := greatest(slot_at, paused_until); end if;
    end $$`,
  // Admits one sign-in by number. Budgets without room make it a decoy, and so does what is known of the number
  // (`because`); everything else is refused, in the same way whatever is known. A decoy takes no place on the line and
  // no money, but is refused where another one would be. Where one budget has no room, none is used up: who has used up what one
  // address has cannot go on to use up what strangers have for the number.
  `create or replace function admit_sign_in(tenant text, budgets jsonb, limits jsonb, spending jsonb, line text, pace interval,
      furthest timestamptz, moment timestamptz, because text, out decoy text, out refused text, out until timestamptz,
      out slot_at timestamptz, out crossed jsonb)
      language plpgsql as $$
    declare budgeted record; admitted record; slot record;
    begin
      select * into budgeted from count_up(budgets, moment);
      decoy := coalesce(because, budgeted.refused);
      select * into admitted from admit_request(tenant, null, limits || spending, line, interval '0', furthest, moment);
      refused := admitted.refused;
      until := admitted.until;
      crossed := case when decoy is null then admitted.crossed else '[]' end;
      if refused is null and pace > interval '0' then
        if decoy is null then
          select * into slot from take_slot(line, tenant, pace, furthest, moment);
          slot_at := slot.slot_at;
        else
          select null::timestamptz as slot_at, greatest(l.next_free_at, s.next_free_at) as free_at into slot
            from (select) one left join caller_line l on l.number = line
            left join line_share s on s.line_number = line and s.tenant_id = tenant;
        end if;
        if slot.free_at > furthest then
          refused := 'line';
          until := slot.free_at;
          perform count_down(limits || spending);
        end if;
      end if;
      if refused is not null then
        if budgeted.refused is null then perform count_down(budgets); end if;
      else
        -- The same work, whether or not anything is taken back.
        perform count_down(spending, case when decoy is null then 0 else 1 end);
      end if;
    end $$`,
  // As before, but only for a verified mobile: for another phone, whose number may be the one of anybody, it held the phone of
  // whoever signs in with that number while it waited for its own user's phones, and two of them waited for each other.
  `create or replace function lock_sign_in(tenant text, of_user text, method uuid) returns void language plpgsql as $$
    declare
      key text;
    begin
      perform lock_phone_methods(tenant, of_user);
      select sign_in_key(m.phone_number) into key from phone_method m
        where m.id = method and m.tenant_id = tenant and m.user_id = of_user
          and m.phone_type = 'mobile' and m.verified_at is not null;
      if key is null then return; end if;
      perform pg_advisory_xact_lock(hashtextextended(tenant || ' ' || key, 18));
      perform from phone_method m
        where m.tenant_id = tenant and sign_in_key(m.phone_number) = key and m.sign_in_enabled_at is not null for update;
    end $$`,
  // Its counts are in `rate_count` now.
  `insert into rate_count (key, window_ends_at, count)
    select 'wrongAppPassword ' || scope, until, count from wrong_app_password_count on conflict do nothing`,
  'drop table wrong_app_password_count',
];
