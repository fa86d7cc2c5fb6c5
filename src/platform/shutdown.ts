import type { Logger } from '../log.ts';
import { inTime } from './in-time.ts';

/** One step of the shutdown of a process. */
export interface Phase {
  name: string;
  /** After this long the next phase begins all the same, ms. */
  limitMs: number;
  run(): Promise<unknown>;
}

/** Registers how to stop what was just started; the last started is stopped first. `limitMs`: how long that may take. */
export type OnStop = (name: string, run: () => Promise<unknown>, limitMs?: number) => void;

/** How long a phase may take that says nothing else, ms. */
export const PHASE_LIMIT_MS = 10_000;

/** The end of a service, prepared while it starts. */
export interface Shutdown {
  onStop: OnStop;
  /** Whether `run` was called. */
  isStopping(): boolean;
  /** Stops what was started, last started first, and logs `last`. Calling it again waits for the same. */
  run(last?: string): Promise<void>;
}

/** Makes the shutdown of a service, of which nothing has started yet. */
export function createShutdown(log: Logger): Shutdown {
  const phases: Phase[] = [];
  let running: Promise<void> | undefined;
  let stopping = false;
  return {
    onStop: (name, run, limitMs = PHASE_LIMIT_MS) => void phases.unshift({ name, limitMs, run }),
    isStopping: () => stopping,
    run(last = 'Poundkey has stopped') {
      stopping = true;
      running ??= runPhases(phases, log).then(() => log.info(last));
      return running;
    },
  };
}

/**
 * Runs phases one after the other. One that fails or takes too long is logged and does not keep the others from
 * running.
 */
export async function runPhases(phases: Phase[], log: Logger): Promise<void> {
  for (const { name, limitMs, run } of phases) {
    try {
      await inTime(run(), limitMs, `not done after ${limitMs} ms`);
    } catch (error) {
      log.error({ phase: name, err: error }, 'a step of the shutdown failed; continuing with the next');
    }
  }
}
