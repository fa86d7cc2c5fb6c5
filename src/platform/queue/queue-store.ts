/** What a place for queues offers, so that `open-queues.ts` need not know which one it is. */
import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import type { NoticeListener, Notices } from './notices.ts';

/** Options of BullMQ's that are the same for each worker of this process. */
type SharedWorkerOptions = Pick<
  WorkerOptions,
  'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'runRetryDelay' | 'concurrency'
>;

/** The option of BullMQ's that has queues and workers traced, or nothing. */
export type Traced = Pick<WorkerOptions, 'telemetry'>;

/** A place for queues. BullMQ's objects have its default types; their backend type is not used. */
export interface QueueStore {
  /** What its outages are called in the log, and where it is if the log should say so. */
  subject: string;
  at?: string;
  /** Whether nobody may notice that it cannot be written to any more, unless it is asked. */
  watched: boolean;
  createQueue(name: string): Queue;
  createWorker(name: string, processor: Processor, options: SharedWorkerOptions): Worker;
  /** Listens to what processes of the same place send each other under this name. */
  openNotices(name: string, listener: NoticeListener): Notices;
  /** Resolves when the place can be written to. Rejects within 2 s otherwise, with where it is and why it cannot be used. */
  ping(): Promise<void>;
  /** Ends the connections the store made itself, whatever state they are in. */
  end(): Promise<void>;
}
