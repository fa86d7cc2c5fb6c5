import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Line } from '../providers/port.ts';
import type { DialSlotStore } from './store/dial-slots.ts';

/** The numbers that calls come from. */
export interface LineSettings {
  /** The lines that call a country (ISO 3166-1 alpha-2), the preferred one first. */
  linesFor: (country: string) => readonly [Line, ...Line[]];
  /** How many calls may start on one line in a second; 0: as many as come. */
  callsPerSecond: number;
}

/** How much slower than allowed a line goes, so that a call that starts a few ms early or late breaks no limit. */
const MARGIN = 1.04;

/** How long a worker holds a call back itself, ms; for longer, the verification gets another place. */
const LONGEST_HOLD_MS = 500;

/** How long before its start a call is recorded, ms: recording takes a different time each time, and must not shift the start. */
const LEAD_MS = 50;

/** How late a call may start, ms. Later, it would come too close to those behind it. */
const LATEST_MS = 15;

/** A line's pace, and who calls from which. */
export type Lines = ReturnType<typeof createLines>;

/** Chooses lines and takes places on them. */
export function createLines(deps: { settings: LineSettings; slots: DialSlotStore; clock: Clock }) {
  const { linesFor, callsPerSecond } = deps.settings;
  const intervalMs = callsPerSecond === 0 ? 0 : (1000 / callsPerSecond) * MARGIN;

  return {
    /** The line that calls a country. */
    lineFor: (country: string): string => linesFor(country)[0].number,

    /**
     * Takes a place for a call. Null: the line has no pace to keep.
     * @param wish.patienceMs the furthest that the place may lie in the future, ms
     * @throws ServiceError `line.tooBusy`, with the time after which asking again makes sense
     */
    async takeSlot(wish: { lineNumber: string; tenantId: string; patienceMs: number }): Promise<Date | null> {
      if (intervalMs === 0) return null;
      const now = deps.clock.now();
      const slotAt = await deps.slots.take({ ...wish, intervalMs }, now);
      if (slotAt) return slotAt;
      const chance = await deps.slots.nextChance({ ...wish, intervalMs }, now);
      throw new ServiceError(
        'line.tooBusy',
        'More calls are waiting than can be placed in reasonable time. Send the request again after the time in Retry-After.',
        { retryAfterS: Math.max(1, Math.ceil((chance.getTime() - now.getTime()) / 1000)) },
      );
    },

    /**
     * Reserves the moment at which a call may start. Null: it is further away than a worker should wait.
     * @param withinMs how far away it may be, ms
     */
    reserveStart(lineNumber: string, withinMs = LONGEST_HOLD_MS): Promise<Date | null> {
      const now = deps.clock.now();
      if (intervalMs === 0) return Promise.resolve(now);
      return deps.slots.start(lineNumber, { intervalMs, leadMs: LEAD_MS, withinMs }, now);
    },

    /** How long to wait, ms, before a call with this start is recorded. */
    recordsInMs: (startAt: Date): number => startAt.getTime() - LEAD_MS - deps.clock.now().getTime(),

    /** Whether a call has missed its start. */
    hasMissed: (startAt: Date): boolean =>
      intervalMs > 0 && deps.clock.now().getTime() - startAt.getTime() > LATEST_MS,

    /** Whether calls need a place. */
    isPaced: intervalMs > 0,
  };
}
