import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConnectionOptions,
  type IQueueBackend,
  type JobProgress,
  type RedisQueueBackend,
  Worker,
} from 'bullmq';

/** Between two tries to get a job from a store that refuses to give one, ms. */
const AFTER_REFUSAL_MS = 250;

/** Longest wait for the next job before it is looked for, s. */
const LONGEST_WAIT_S = 10;

/** A worker that neither asks without a pause nor waits for long, whatever its store answers. */
export class SteadyWorker<
  Backend extends IQueueBackend = RedisQueueBackend,
  Connection = ConnectionOptions,
> extends Worker<unknown, unknown, string, Backend, JobProgress, Connection> {
  /**
   * BullMQ pauses only where a connection is refused. A Redis without memory or a PostgreSQL with a full disk would be asked
   * again as fast as they refuse; and an error that is known beforehand would keep everything else in the process from
   * running.
   */
  protected override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await pause(AFTER_REFUSAL_MS);
      throw error;
    }
  }

  /**
   * After an error BullMQ waits up to an hour for a job in PostgreSQL, and learns of it by a notice and by one look: where the
   * notice came while it listened anew and the look failed as well, the job would wait for so long.
   */
  override get maximumBlockTimeout(): number {
    return LONGEST_WAIT_S;
  }
}
