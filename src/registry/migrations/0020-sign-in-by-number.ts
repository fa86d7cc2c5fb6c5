import { type Kysely, sql } from 'kysely';

/** Sign-ins by phone number: verifications that anybody who knows a number may ask for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Null: a verification of a user. Otherwise what a sign-in by number was asked for with; it never changes.
  'alter table verification add column sign_in jsonb',
  // Why no text goes to anybody, and no code is right, although everything looks as if one did; null: a text is sent.
  'alter table verification add column decoy text',
  // How many texts were asked for, and when the last one was: what is told of a sign-in may not depend on a provider.
  'alter table verification add column texts_asked int not null default 1',
  'alter table verification add column text_asked_at timestamptz',
  // Admits one sign-in by number. A budget without room makes it a decoy, and so does what is known of the number
  // (`because`); everything else is refused, in the same way whatever is known. A decoy takes no place on the line and
  // no money, but is refused where another one would be. Rows that everybody wants are locked last.
  `create function admit_sign_in(tenant text, budgets jsonb, limits jsonb, spending jsonb, line text, pace interval,
      furthest timestamptz, moment timestamptz, because text, out decoy text, out refused text, out until timestamptz,
      out slot_at timestamptz, out crossed jsonb)
      language plpgsql as $$
    declare counter jsonb; counted text[] := '{}'; admitted record; slot record;
    begin
      decoy := because;
      for counter in select * from jsonb_array_elements(budgets) loop
        insert into rate_count as r (key, window_ends_at, count)
          select counter->>'key', (counter->>'endsAt')::timestamptz, 1 where (counter->>'most')::int > 0
          on conflict (key) do update set
            count = case when r.window_ends_at <= moment then 1 else r.count + 1 end,
            window_ends_at = case when r.window_ends_at <= moment then excluded.window_ends_at else r.window_ends_at end
            where r.window_ends_at <= moment or r.count < (counter->>'most')::int;
        if not found then
          decoy := coalesce(decoy, counter->>'name');
          exit;
        end if;
        counted := counted || (counter->>'key');
      end loop;
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
          update rate_count r set count = r.count - coalesce((c->>'amount')::int, 1)
            from jsonb_array_elements(limits || spending) c where r.key = c->>'key';
        end if;
      end if;
      if refused is not null then
        update rate_count set count = count - 1 where key = any(counted);
      else
        update rate_count r set count = r.count - case when decoy is null then 0 else coalesce((c->>'amount')::int, 1) end
          from jsonb_array_elements(spending) c where r.key = c->>'key';
      end if;
    end $$`,
];
