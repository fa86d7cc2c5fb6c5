import type { Queue } from 'bullmq';
import type { Logger } from '../log.ts';

/** Where the board is mounted. */
export const BOARD_PATH = '/board';

/** What the queue board is made of. */
export interface BoardDeps {
  /** The queues it shows. */
  queues: Queue[];
  /** Who may change something; null: nobody. */
  account: { user: string; password: string } | null;
  log: Logger;
}
