/** The simulator's time: the machine's own, or a virtual one that jumps from timer to timer. */
import { setImmediate as nextTurn } from 'node:timers';

/** Withdraws a timer; withdrawing one that has run is fine. */
export type Cancel = () => void;

/** What the simulator needs of time. Instants are milliseconds since 1970, durations milliseconds. */
export interface SimulatorTime {
  /** The present instant. */
  now(): number;
  /** Runs `fn` once, `ms` from now; a negative `ms` counts as 0. */
  after(ms: number, fn: () => void): Cancel;
  /** Notes that something outside (a webhook, a REST request) is under way; call what comes back when it is over. */
  hold(): () => void;
  /** Resolves when nothing is under way and no timer is left (paused virtual time: no timer is due). */
  idle(): Promise<void>;
}

/** Virtual time: it stops while something is under way and jumps to the next timer otherwise. */
export interface VirtualTime extends SimulatorTime {
  /** Stops the jumping; timers due at the present instant still run. */
  pause(): void;
  /** Lets the jumping go on. */
  resume(): void;
  /** Moves the time on by `ms`, paused or not, running the timers on the way. Rejects while another `advance` is at work. */
  advance(ms: number): Promise<void>;
}

interface Timer {
  at: number;
  fn: () => void;
}

/**
 * Turns of the event loop between the end of a request and the next jump. An HTTP client in the same process
 * needs a few to read the answer and to send its next request, which must still find the time unmoved.
 */
const QUIET_TURNS = 5;

/**
 * Real time.
 * @param options.speed the factor by which it runs faster than real time, from the present instant on; 1 by default
 */
export function realTime({ speed = 1 }: { speed?: number } = {}): SimulatorTime {
  const start = Date.now();
  const timers = new Set<NodeJS.Timeout>();
  let underWay = 0;
  let waiting: (() => void)[] = [];
  const look = () => {
    if (underWay > 0 || timers.size > 0) return;
    for (const resolve of waiting.splice(0)) resolve();
  };
  const lookSoon = () => void nextTurn(look);
  return {
    now: () => start + (Date.now() - start) * speed,
    after(ms, fn) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        fn();
        lookSoon();
      }, Math.max(0, ms) / speed);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
        lookSoon();
      };
    },
    hold() {
      underWay++;
      return once(() => {
        underWay--;
        lookSoon();
      });
    },
    idle() {
      lookSoon();
      return new Promise((resolve) => {
        waiting = [...waiting, resolve];
      });
    },
  };
}

/** Time that starts at `start` (milliseconds since 1970 or a Date) and moves only by jumping to the next timer. */
export function virtualTime({ start }: { start: number | Date }): VirtualTime {
  const state = { now: Number(start), paused: false };
  let target: { until: number; reached: () => void } | null = null;
  const timers: Timer[] = [];
  const waiting: (() => void)[] = [];

  const horizon = () => target?.until ?? (state.paused ? state.now : Number.POSITIVE_INFINITY);

  /** Runs the next timer within the horizon and says whether there was one. */
  const jump = () => {
    const next = timers[0];
    if (!next || next.at > horizon()) return false;
    timers.shift();
    state.now = Math.max(state.now, next.at);
    next.fn();
    return true;
  };

  /** Nothing is left to run: resolves those who wait for that; returns whether the horizon has moved by it. */
  const rest = () => {
    if (target) {
      const { until, reached } = target;
      state.now = Math.max(state.now, until);
      target = null;
      reached();
      return true;
    }
    for (const resolve of waiting.splice(0)) resolve();
    return false;
  };

  const { consider, hold } = whenQuiet(() => jump() || rest());

  return {
    now: () => state.now,
    hold,
    after(ms, fn) {
      const timer = { at: state.now + Math.max(0, ms), fn };
      const later = timers.findIndex((other) => other.at > timer.at);
      timers.splice(later === -1 ? timers.length : later, 0, timer);
      consider();
      return () => {
        const index = timers.indexOf(timer);
        if (index !== -1) timers.splice(index, 1);
      };
    },
    idle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      consider();
      return promise;
    },
    pause() {
      state.paused = true;
    },
    resume() {
      state.paused = false;
      consider();
    },
    advance(ms) {
      if (target)
        return Promise.reject(new Error('The time is being moved already; wait for the other advance().'));
      const { promise, resolve } = Promise.withResolvers<void>();
      target = { until: state.now + ms, reached: resolve };
      consider();
      return promise;
    },
  };
}

/** Calls `step` in a later turn of the event loop, and again while it returns true, whenever nothing is held. */
function whenQuiet(step: () => boolean) {
  let underWay = 0;
  let quietTurns = 0;
  let coming = false;
  const consider = () => {
    if (coming || underWay > 0) return;
    coming = true;
    nextTurn(turn);
  };
  const turn = () => {
    coming = false;
    if (underWay > 0) return;
    quietTurns++;
    if (quietTurns <= QUIET_TURNS || step()) consider();
  };
  const hold = () => {
    underWay++;
    return once(() => {
      underWay--;
      quietTurns = 0;
      consider();
    });
  };
  return { consider, hold };
}

/** `fn`, but only the first call does anything. */
function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    fn();
  };
}
