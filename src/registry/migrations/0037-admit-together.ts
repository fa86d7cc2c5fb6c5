import { type Kysely, sql } from 'kysely';

/** Requests that come at the same time are counted together: one transaction instead of one each. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Counts what several requests add to their counters, in the order of `nr`, and takes their places on the lines (`slots`), or
  // does nothing: `fits` is false where counters have not enough room (`full`, their keys), or a line has no place for a request
  // (`without_slot`, its number). `reached`: the counters by their keys. `slots`: the places by the numbers of the requests.
  // Whoever holds a counter for longer must not hold up all requests: then each asks for itself.
  `create function admit_together(counters jsonb, wanted_slots jsonb, moment timestamptz,
      out fits boolean, out reached jsonb, out "full" jsonb, out slots jsonb, out without_slot int)
      language plpgsql set lock_timeout = '200ms' as $$
    declare wanted record; taken record;
    begin
      slots := '{}';
      begin
        with added as (
          select * from jsonb_to_recordset(counters) as c(nr int, key text, added int, most bigint, ends_at timestamptz)),
        counted as (
          insert into rate_count as r (key, window_ends_at, count)
            select a.key, a.ends_at, a.added from added a order by a.nr
            on conflict (key) do update set
              count = case when r.window_ends_at <= moment then excluded.count else r.count + excluded.count end,
              window_ends_at = case when r.window_ends_at <= moment then excluded.window_ends_at else r.window_ends_at end
            returning r.key, r.count)
        select coalesce(bool_and(c.count <= a.most), true), coalesce(jsonb_object_agg(c.key, c.count), '{}'),
            coalesce(jsonb_agg(c.key) filter (where c.count > a.most), '[]') into fits, reached, "full"
          from counted c join added a on a.key = c.key;
        for wanted in select * from jsonb_to_recordset(wanted_slots)
            as s(nr int, line text, tenant text, pace_s float8, furthest timestamptz, moment timestamptz)
            where fits order by s.line, s.tenant, s.nr loop
          select * into taken from take_slot(wanted.line, wanted.tenant, make_interval(secs => wanted.pace_s), wanted.furthest,
            wanted.moment);
          if taken.slot_at is null then
            fits := false;
            without_slot := wanted.nr;
            exit;
          end if;
          slots := slots || jsonb_build_object(wanted.nr, taken.slot_at);
        end loop;
        -- Takes back all of it; the error goes no further.
        if not fits then raise exception using errcode = 'PK001'; end if;
      exception when sqlstate 'PK001' then
        fits := false;
      end;
    end $$`,
];
