/** Answers `GET Messages.json` (Twilio, Message resource: list). */
import type { Dialect } from './dialect.ts';
import { type Listed, pageOf, sameDay } from './list-page.ts';
import type { TextMessage } from './text-message.ts';
import { textResource } from './text-resource.ts';

/** What may be asked for. A text that is not sent yet has no such date, so no `DateSent` finds it. */
const FILTERS: Listed<TextMessage>['filters'] = {
  To: (text, wanted) => text.request.to === wanted,
  From: (text, wanted) => text.request.from === wanted,
  DateSent: (text, wanted) => sameDay(text.sentAt, wanted),
  'DateSent>': (text, wanted) => text.sentAt !== null && text.sentAt >= Date.parse(wanted),
  'DateSent<': (text, wanted) => text.sentAt !== null && text.sentAt <= Date.parse(wanted),
};

/** One page of `texts` (given oldest first, shown newest first) as Twilio's envelope; see `pageOf`. */
export function listTexts(
  dialect: Dialect,
  texts: readonly TextMessage[],
  path: string,
  query: URLSearchParams,
) {
  const { shown, envelope } = pageOf({ items: texts, filters: FILTERS, path, query });
  return { messages: shown.map((text) => textResource(dialect, text)), ...envelope };
}
