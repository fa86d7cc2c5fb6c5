import { ServiceError } from '../../errors.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import type { Line } from '../../providers/port.ts';
import type { Channel } from '../states.ts';
import type { WishForSlot } from '../store/admission.ts';
import type { DialSlotStore } from '../store/dial-slots.ts';

/** The numbers that calls come from. */
export interface LineSettings {
  /** The lines that call a country (ISO 3166-1 alpha-2), the preferred one first. */
  linesFor: (country: string) => readonly [Line, ...Line[]];
  /** Who texts to a country come from. */
  senderFor: (country: string) => Line;
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
  const { linesFor, senderFor, callsPerSecond } = deps.settings;
  const intervalMs = callsPerSecond === 0 ? 0 : (1000 / callsPerSecond) * MARGIN;

  return {
    /** The line that calls a country, or who texts to it come from. */
    lineFor: (country: string, channel: Channel): string =>
      channel === 'sms' ? senderFor(country).number : linesFor(country)[0].number,

    /** The line of another provider to try after a line; null: there is none, or the line is not in use any more. */
    lineAfter(country: string, lineNumber: string): string | null {
      const lines = linesFor(country);
      const place = lines.findIndex(({ number }) => number === lineNumber);
      const rest = place < 0 ? [] : lines.slice(place + 1);
      return rest.find(({ provider }) => provider !== lines[place]?.provider)?.number ?? null;
    },

    /** What a request wishes of its line. @param patienceMs the furthest that its place may lie in the future, ms */
    slotWithin: (now: Date, patienceMs: number): WishForSlot => ({
      intervalMs,
      furthest: later(now, patienceMs),
    }),

    /** The error for a line that has no place in time. @param chance when there may be one */
    tooBusy(chance: Date): ServiceError {
      return new ServiceError(
        'line.tooBusy',
        'The caller line, or the half of it that one tenant may book, has no free place in the time that the policy allows a call to wait. Send the request again after the time in Retry-After.',
        { retryAfterS: secondsUntil(chance, deps.clock.now()) },
      );
    },

    /** Takes another place for a call that has none. Null: there is none before `furthest`. */
    takeSlot: (wish: { lineNumber: string; tenantId: string; furthest: Date }): Promise<Date | null> =>
      deps.slots.take({ ...wish, intervalMs }, deps.clock.now()),

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
