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
