import sql from 'sql-template-tag';
import { later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** How far the clocks of two processes may be apart, ms. A lease that lies further ahead is of a clock that was set back. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Takes a lease for `forMs`, so that one process at a time does something. It ends by itself.
 * @returns whether it is this process that has it
 */
export async function takeLease(run: RunStatement, name: string, now: Date, forMs: number): Promise<boolean> {
  const until = later(now, forMs);
  const taken = await run(sql`
    insert into lease (name, until) values (${name}, ${until})
    on conflict (name) do update set until = excluded.until
      where lease.until <= ${now} or lease.until > ${later(until, CLOCK_SLACK_MS)}
    returning name`);
  return taken.length > 0;
}
