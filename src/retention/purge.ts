import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import { PURGE_STATEMENTS, type PurgedKind, type PurgeStatement } from './purge-statements.ts';

/** How many rows one statement removes at most, so that it holds nothing for long. */
const BATCH = 250;
/** How many batches of a kind one run removes, so that a run has an end; the next one goes on. */
const MOST_BATCHES = 20;
/** Between two batches, ms: others have the database meanwhile. */
const PAUSE_MS = 20;

/** Counts rows that were removed. */
export type CountPurged = (kind: PurgedKind, count: number) => void;

/**
 * Removes what is older than the tenants' policies keep it. Several processes may do this at once, and one may die at any
 * moment: each batch is one statement, and takes rows that nobody else holds.
 * @param deps.pause waits, ms
 */
export function createPurge(deps: {
  run: RunStatement;
  clock: Clock;
  pause: (ms: number) => Promise<unknown>;
  isStopping: () => boolean;
  count: CountPurged;
  log: Pick<Logger, 'warn'>;
}) {
  /** Never throws: of one kind that cannot be removed the log says so, and the others are removed. */
  return async function purge(): Promise<void> {
    for (const each of PURGE_STATEMENTS) {
      try {
        await purgeOne(each);
      } catch (error) {
        deps.log.warn({ err: error }, `old ${each.what} could not be removed; the next sweep tries again`);
      }
    }
  };

  async function purgeOne(each: PurgeStatement): Promise<void> {
    for (let batches = 0; batches < MOST_BATCHES && !deps.isStopping(); batches += 1) {
      if (batches > 0) await deps.pause(PAUSE_MS);
      if (!(await removeBatch(each))) return;
    }
  }

  /** Returns whether there may be more. */
  async function removeBatch({ statement }: PurgeStatement): Promise<boolean> {
    const rows = await deps.run<{ kind: PurgedKind; count: number }>(statement(BATCH, deps.clock.now()));
    for (const { kind, count } of rows) deps.count(kind, count);
    return (rows[0]?.count ?? 0) >= BATCH;
  }
}
