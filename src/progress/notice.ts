/** What processes tell each other of progress. */
import { z } from 'zod';

const Notice = z.discriminatedUnion('kind', [
  /** A process has begun to listen: it does not know yet who follows. */
  z.object({ kind: z.literal('hello'), from: z.string() }),
  /** Streams are open in a process, which says so again every few seconds. */
  z.object({ kind: z.literal('follows'), from: z.string() }),
  /** A process has changed verifications; null: it does not say which. */
  z.object({ kind: z.literal('changed'), from: z.string(), ids: z.array(z.string()).nullable() }),
]);
/** One notice; `from`: the process that sent it. */
export type Notice = z.infer<typeof Notice>;

/** Ids in one notice at most, so that it fits into one of PostgreSQL's (8,000 bytes). */
export const MOST_IDS = 150;

/** @returns null where the text is not understood, such as one of a newer version */
export function readNotice(text: string): Notice | null {
  try {
    return Notice.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
