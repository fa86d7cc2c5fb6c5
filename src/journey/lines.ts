import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { DialSlotStore } from './store/dial-slots.ts';

/** The numbers that calls come from. */
export interface LineSettings {
  /** By country (ISO 3166-1 alpha-2) of the called number; `default` for all others. E.164. */
  numbers: { default: string; byCountry: Readonly<Record<string, string>> };
  /** How many calls may start on one line in a second; 0: as many as come. */
  callsPerSecond: number;
}

/** How much slower than allowed a line goes, so that a call that starts a few ms early or late breaks no limit. */
const MARGIN = 1.03;

/** How long a worker holds a call back itself, ms; for longer, the verification gets another place. */
const LONGEST_HOLD_MS = 500;

/** A line's pace, and who calls from which. */
export type Lines = ReturnType<typeof createLines>;

/** Chooses lines and takes places on them. */
export function createLines(deps: { settings: LineSettings; slots: DialSlotStore; clock: Clock }) {
  const { numbers, callsPerSecond } = deps.settings;
  const intervalMs = callsPerSecond === 0 ? 0 : (1000 / callsPerSecond) * MARGIN;

  return {
    /** The line that calls a country. */
    lineFor: (country: string): string => numbers.byCountry[country] ?? numbers.default,

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

    /** How long to hold a call back that is about to be placed, ms; null: longer than a worker should wait. */
    async holdBackMs(lineNumber: string): Promise<number | null> {
      if (intervalMs === 0) return 0;
      const now = deps.clock.now();
      const startAt = await deps.slots.start(lineNumber, intervalMs, LONGEST_HOLD_MS, now);
      return startAt && Math.max(0, startAt.getTime() - now.getTime());
    },

    /** Whether calls need a place. */
    isPaced: intervalMs > 0,
  };
}
