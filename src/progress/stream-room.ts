import type { Followed } from './stream.ts';

/** Streams of one verification at most: the page that shows it, on some devices, and clients that come back early. */
const MOST_OF_VERIFICATION = 10;

/** How many streams a process serves at most: in all, and of one tenant (by default as many). */
export interface StreamRoom {
  mostStreams: number;
  mostOfTenant?: number;
}

/** Whose stream is wanted. */
export type Wanted = Pick<Followed, 'tenantId' | 'verificationId'>;

/** What cannot have another stream, as an error calls it, or null. */
export function fullThing(
  open: ReadonlySet<Wanted>,
  { mostStreams, mostOfTenant = mostStreams }: StreamRoom,
  wanted: Wanted,
): string | null {
  const count = (key: keyof Wanted) =>
    open.values().reduce((sum, each) => sum + Number(each[key] === wanted[key]), 0);
  if (open.size >= mostStreams) return 'This process';
  if (count('verificationId') >= MOST_OF_VERIFICATION)
    return 'The verification, which has as many as it may,';
  return count('tenantId') >= mostOfTenant
    ? 'The tenant, which has as many in this process as it may,'
    : null;
}
