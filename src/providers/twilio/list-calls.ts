import type twilio from 'twilio';
import type { CallAnswer } from './read-call.ts';
import { PAGE_SIZE, readPages } from './read-pages.ts';

/**
 * Every call between two numbers (E.164), in the provider's order. There is no `StartTime` filter on purpose: a call
 * has no start time before it is dialed, and the calls looked for may be queued.
 */
export async function listCalls(
  { calls }: twilio.Twilio,
  { to, from }: { to: string; from: string },
): Promise<CallAnswer[]> {
  const first = await calls.page({ to, from, pageSize: PAGE_SIZE });
  return readPages('calls', first, (url) => calls.getPage(url));
}
