import type twilio from 'twilio';
import { PAGE_SIZE, readPages } from './read-pages.ts';
import type { TextAnswer } from './read-text.ts';

/**
 * Every text from a sender to a number (E.164), in the provider's order. There is no `DateSent` filter on purpose: a
 * text has no such date before it is sent, and the texts looked for may be queued.
 */
export async function listTexts(
  { messages }: twilio.Twilio,
  { to, from }: { to: string; from: string },
): Promise<TextAnswer[]> {
  const first = await messages.page({ to, from, pageSize: PAGE_SIZE });
  return readPages('texts', first, (url) => messages.getPage(url));
}
