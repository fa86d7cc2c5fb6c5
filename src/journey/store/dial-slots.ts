import { type Kysely, sql } from 'kysely';
import { later } from '../../platform/clock.ts';
import type { Registry } from '../../registry/schema.ts';
import type { Verification } from './rows.ts';

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
  /** The furthest that the place may lie in the future, ms. */
  patienceMs: number;
}

/** @param db the registry */
export function createDialSlotStore(db: Kysely<Registry>) {
  return {
    /**
     * Takes the next place on a line, in one statement. Null: it lies beyond the patience, or the tenant holds its
     * half of the line already. A tenant's own pace is half the line's, so whatever one tenant asks for, others find
     * a place within the same patience.
     */
    async take({ lineNumber, tenantId, intervalMs, patienceMs }: SlotWish, now: Date): Promise<Date | null> {
      const furthest = later(now, patienceMs);
      const step = sql`make_interval(secs => ${intervalMs / 1000}::float8)`;
      const result = await sql<{ nextFreeAt: Date }>`
        with share as (
          insert into line_share as s (line_number, tenant_id, next_free_at)
          select ${lineNumber}, ${tenantId}, ${now}::timestamptz + 2 * ${step}
          where not exists (select 1 from caller_line where number = ${lineNumber} and next_free_at > ${furthest})
          on conflict (line_number, tenant_id) do update
            set next_free_at = greatest(s.next_free_at, ${now}) + 2 * ${step}
            where s.next_free_at <= ${furthest}
          returning line_number)
        insert into caller_line as l (number, next_free_at)
        select line_number, ${now}::timestamptz + ${step} from share
        on conflict (number) do update set next_free_at = greatest(l.next_free_at, ${now}) + ${step}
          where l.next_free_at <= ${furthest}
        returning next_free_at`.execute(db);
      const next = result.rows[0]?.nextFreeAt;
      return next ? later(next, -intervalMs) : null;
    },

    /** When a tenant that was refused may find a place: the sooner of the two paces comes within its patience. */
    async nextChance({ lineNumber, tenantId, patienceMs }: SlotWish, now: Date): Promise<Date> {
      const result = await sql<{ at: Date | null }>`
        select greatest(
          (select next_free_at from caller_line where number = ${lineNumber}),
          (select next_free_at from line_share where line_number = ${lineNumber} and tenant_id = ${tenantId})) as at
      `.execute(db);
      const chance = later(result.rows[0]?.at ?? now, -patienceMs);
      return chance > now ? chance : now;
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
      const step = sql`make_interval(secs => ${wish.intervalMs / 1000}::float8)`;
      const soonest = later(now, wish.leadMs);
      // A clock that was set back must not stop the line for as long as it was ahead.
      const result = await sql<{ lastDialedAt: Date }>`
        insert into caller_line as l (number, next_free_at, last_dialed_at)
        values (${lineNumber}, ${now}, ${soonest})
        on conflict (number) do update set last_dialed_at =
          case when l.last_dialed_at > ${later(now, CLOCK_SLACK_MS)} then ${soonest}
            else greatest(l.last_dialed_at + ${step}, ${soonest}) end
          where l.last_dialed_at is null or l.last_dialed_at + ${step} <= ${later(now, wish.withinMs)}
            or l.last_dialed_at > ${later(now, CLOCK_SLACK_MS)}
        returning last_dialed_at`.execute(db);
      return result.rows[0]?.lastDialedAt ?? null;
    },

    /** Gives a verification that is to be dialled another place, and nobody looks at it before. */
    async assign(verification: Verification, slotAt: Date): Promise<boolean> {
      const result = await sql<{ id: string }>`
        update verification set slot_at = ${slotAt}, wake_at = ${slotAt}
        where id = ${verification.id} and state = ${verification.state} and wake_at = ${verification.wakeAt}
          and attempt_id is not distinct from ${verification.attemptId}::uuid
        returning id`.execute(db);
      return result.rows.length > 0;
    },
  };
}
