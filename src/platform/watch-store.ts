/** Looks whether a store works again, so that the end of an outage is in the log, and whether it works still. */
import type { OutageLog } from './outage-log.ts';

/** How often a store is looked at during an outage, ms. */
const LOOK_MS = 1_000;
/** Every how many looks it is asked while nothing is known to be wrong. */
const CALM_LOOKS = 5;

/** What is looked at, and how. */
export interface StoreWatch {
  /** Its outages. A store that works ends them all. */
  outages: OutageLog;
  /** Resolves when the store works. */
  look(): Promise<void>;
  /** Whether it is asked every 5 s while nothing is known to be wrong, for a store whose outage nobody would notice. */
  always: boolean;
  /** Called with what `look` throws while nothing is known to be wrong. */
  report(error: unknown): void;
}

/** @returns what ends the watch */
export function watchStore({ outages, look, always, report }: StoreWatch): () => void {
  let busy = false;
  let looks = 0;
  const timer = setInterval(() => {
    looks = (looks + 1) % CALM_LOOKS;
    const open = outages.open();
    if (busy || (open.length === 0 && !(always && looks === 0))) return;
    busy = true;
    look()
      .then(() => open.forEach(outages.recovered), report)
      .finally(() => {
        busy = false;
      });
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
