import type { Queue } from 'bullmq';
import type { Logger } from '../log.ts';

/** Where the board is mounted. */
export const BOARD_PATH = '/board';

/** What the queue board is made of. */
export interface BoardDeps {
  /** The queues it shows. */
  queues: Queue[];
  /** The account that may make changes; null: there is none. */
  account: { user: string; password: string } | null;
  log: Logger;
}
