import type { Logger } from '../log.ts';

/** One thing to do when a process leaves. */
export interface Phase {
  name: string;
  /** After this long the next phase begins all the same, ms. */
  limitMs: number;
  run(): Promise<unknown>;
}

/**
 * Runs phases one after the other. One that fails or takes too long is logged and does not keep the others from
 * running.
 */
export async function runPhases(phases: Phase[], log: Logger): Promise<void> {
  for (const { name, limitMs, run } of phases) {
    try {
      await within(limitMs, run);
    } catch (error) {
      log.error({ phase: name, err: error }, 'a phase of the shutdown failed; going on with the next');
    }
  }
}

async function within(limitMs: number, run: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
