import sql from 'sql-template-tag';
import { later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/**
 * A caller line's places in time. Networks limit how many calls may start in a second, take more without a word and
 * dial them minutes later (Twilio, calls per second), so every line keeps its own pace: the registry holds each
 * line's next free moment, and taking a place moves it on by one interval (GCRA).
 */
export type DialSlotStore = ReturnType<typeof createDialSlotStore>;

/** How far ahead a line's last call may seem to lie before it is taken for a clock that was set back, ms. */
const CLOCK_SLACK_MS = 60_000;

/** The wish for a place on a line. */
export interface SlotWish {
  lineNumber: string;
  tenantId: string;
  /** The least time between two calls of the line, ms. */
  intervalMs: number;
  /** The furthest that the place may lie in the future. */
  furthest: Date;
}

/** An interval of SQL. */
export const interval = (ms: number) => sql`make_interval(secs => ${ms / 1000}::float8)`;

/** @param run runs a statement on the registry */
export function createDialSlotStore(run: RunStatement) {
  return {
    /** Takes the next place on a line. Null: it lies too far ahead, or the tenant holds its half of the line already. */
    async take({ lineNumber, tenantId, intervalMs, furthest }: SlotWish, now: Date): Promise<Date | null> {
      const rows = await run<{ slotAt: Date | null }>(sql`
        select slot_at from take_slot(${lineNumber}, ${tenantId}, ${interval(intervalMs)}, ${furthest}, ${now})`);
      return rows[0]?.slotAt ?? null;
    },

    /**
     * Reserves the moment at which a call may start, never less than the interval after the one before, however late
     * or early jobs wake, and not before `leadMs` from now. Null: it lies further ahead than `withinMs`, and nothing
     * was taken.
     */
    async start(
      lineNumber: string,
      wish: { intervalMs: number; leadMs: number; withinMs: number },
      now: Date,
    ): Promise<Date | null> {
      const step = interval(wish.intervalMs);
      const soonest = later(now, wish.leadMs);
      // A clock that was set back must not stop the line for as long as it was ahead.
      const rows = await run<{ lastDialedAt: Date }>(sql`
        insert into caller_line as l (number, next_free_at, last_dialed_at)
        values (${lineNumber}, ${now}, ${soonest})
        on conflict (number) do update set last_dialed_at =
          case when l.last_dialed_at > ${later(now, CLOCK_SLACK_MS)} then ${soonest}::timestamptz
            else greatest(l.last_dialed_at + ${step}, ${soonest}) end
          where l.last_dialed_at is null or l.last_dialed_at + ${step} <= ${later(now, wish.withinMs)}
            or l.last_dialed_at > ${later(now, CLOCK_SLACK_MS)}
        returning last_dialed_at`);
      return rows[0]?.lastDialedAt ?? null;
    },
  };
}
