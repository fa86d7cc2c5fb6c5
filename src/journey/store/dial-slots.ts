import { type Kysely, sql } from 'kysely';
import { later } from '../../platform/clock.ts';
import type { Registry } from '../../registry/schema.ts';

/**
 * A caller line's places in time. Networks limit how many calls may start in a second, take more without a word and
 * dial them minutes later (Twilio, calls per second), so every line keeps its own pace: the registry holds each
 * line's next free moment, and taking a place moves it on by one interval (GCRA).
 */
export type DialSlotStore = ReturnType<typeof createDialSlotStore>;

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
          values (${lineNumber}, ${tenantId}, ${now}::timestamptz + 2 * ${step})
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
     * Asks for the moment at which a call may really start: never less than the interval after the one before,
     * however late or early jobs wake.
     */
    async start(lineNumber: string, intervalMs: number, now: Date): Promise<Date> {
      const step = sql`make_interval(secs => ${intervalMs / 1000}::float8)`;
      const result = await sql<{ lastDialedAt: Date }>`
        insert into caller_line as l (number, next_free_at, last_dialed_at) values (${lineNumber}, ${now}, ${now})
        on conflict (number) do update set last_dialed_at = greatest(l.last_dialed_at + ${step}, ${now})
        returning last_dialed_at`.execute(db);
      return result.rows[0]?.lastDialedAt ?? now;
    },

    /** `queued` without a place → with one, and not looked at before it. */
    async assign(verificationId: string, slotAt: Date): Promise<boolean> {
      const row = await db
        .updateTable('verification')
        .set({ slotAt, wakeAt: slotAt })
        .where('id', '=', verificationId)
        .where('state', '=', 'queued')
        .where('slotAt', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
