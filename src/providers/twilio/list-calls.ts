import type twilio from 'twilio';
import { badAnswer } from './provider-error.ts';
import type { CallAnswer } from './read-call.ts';

/** Twilio, Calls: the largest page there is. */
const PAGE_SIZE = 1000;
/** More pages than two numbers can fill; a server that always names a next page must not hold us for ever. */
const MAX_PAGES = 50;

/**
 * Every call between two numbers (E.164), page after page, in the provider's order. There is no `StartTime`
 * filter on purpose: a call has no start time before it is dialed, and the calls looked for may be queued.
 */
export async function listCalls(
  client: twilio.Twilio,
  numbers: { to: string; from: string },
): Promise<CallAnswer[]> {
  let page = await client.calls.page({ to: numbers.to, from: numbers.from, pageSize: PAGE_SIZE });
  const calls: CallAnswer[] = [...page.instances];
  for (let read = 1; page.nextPageUrl !== undefined; read += 1) {
    if (read === MAX_PAGES) throw badAnswer(`a list of calls that ends within ${MAX_PAGES} pages`);
    page = await client.calls.getPage(page.nextPageUrl);
    calls.push(...page.instances);
  }
  return calls;
}
