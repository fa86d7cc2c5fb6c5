import sql from 'sql-template-tag';
import type { Events } from '../../events.ts';
import type { Logger } from '../../log.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { JobRepair } from '../ports.ts';
import type { VerificationStore } from '../store/verifications.ts';
import type { Advance } from './advance.ts';

const PAGE = 500;
/** How far the clocks of two processes may be apart, ms. A lease that lies further ahead is of a clock that was set back. */
const CLOCK_SLACK_MS = 60_000;

type Overdue = Awaited<ReturnType<VerificationStore['overdue']>>[number];

/**
 * Trigger: a timer in every worker process. Finds verifications in the queue that nobody has looked at although it was
 * time, and ensures that each has a live job. One process at a time does it, by a lease in the registry: what restores the
 * system after the queue has lost everything must not itself be kept in the queue.
 */
export function createSweep(deps: {
  run: RunStatement;
  verifications: Pick<VerificationStore, 'overdue'>;
  repairJob: (verificationId: string) => Promise<JobRepair>;
  /** Moves on a verification whose time is up, whatever its job waits for. */
  advance: Advance;
  /** Removes what is out of date. */
  clearUp: () => Promise<void>;
  /** How long a verification may be overdue before its job is repaired, ms. */
  slackMs: number;
  /** How long one process keeps the lease, ms. */
  leaseMs: number;
  clock: Clock;
  events: Events;
  log: Logger;
}) {
  /** Returns how many jobs were repaired, or null if another process holds the lease. */
  return async function sweep(): Promise<number | null> {
    const now = deps.clock.now();
    if (!(await takeLease(now))) return null;
    let repaired = 0;
    for await (const row of overdue(later(now, -deps.slackMs))) repaired += (await lookAt(row, now)) ? 1 : 0;
    await clearUp();
    return repaired;
  };

  /** Comes last, and holds nothing up when it fails. */
  async function clearUp() {
    try {
      await deps.clearUp();
    } catch (error) {
      deps.log.warn({ err: error }, 'what is out of date could not be removed; the next sweep tries again');
    }
  }

  /** All overdue verifications, a page at a time. */
  async function* overdue(before: Date) {
    let page = await deps.verifications.overdue(before, null, PAGE);
    while (page.length > 0) {
      yield* page;
      const last = page.at(-1);
      page = last && page.length === PAGE ? await deps.verifications.overdue(before, last, PAGE) : [];
    }
  }

  /** One that fails must not hold up the others. */
  async function lookAt({ id, state, expiresAt }: Overdue, now: Date): Promise<boolean> {
    try {
      if (expiresAt <= now) {
        await deps.advance(id);
        return false;
      }
      const done = await deps.repairJob(id);
      if (done === 'alive') return false;
      deps.events.emit('verification.swept', { verificationId: id, state, repair: done });
      return true;
    } catch (error) {
      deps.log.warn(
        { verificationId: id, err: error },
        'an overdue verification could not be moved on, nor its job replaced; the next sweep tries again',
      );
      return false;
    }
  }

  async function takeLease(now: Date): Promise<boolean> {
    const until = later(now, deps.leaseMs);
    const taken = await deps.run(sql`
      insert into lease (name, until) values ('sweep', ${until})
      on conflict (name) do update set until = excluded.until
        where lease.until <= ${now} or lease.until > ${later(until, CLOCK_SLACK_MS)}
      returning name`);
    return taken.length > 0;
  }
}
