/** Answers `GET Calls.json` (Twilio, Call resource: list). */
import type { Call } from './call.ts';
import { callResource } from './call-resource.ts';
import type { Dialect } from './dialect.ts';
import { type Listed, pageOf, sameDay } from './list-page.ts';

/** What may be asked for. A call that is not dialed yet has no start time, so no `StartTime` finds it. */
const FILTERS: Listed<Call>['filters'] = {
  To: (call, wanted) => call.request.to === wanted,
  From: (call, wanted) => call.request.from === wanted,
  Status: (call, wanted) => call.status === wanted,
  StartTime: (call, wanted) => sameDay(call.dialedAt, wanted),
  'StartTime>': (call, wanted) => call.dialedAt !== null && call.dialedAt >= Date.parse(wanted),
  'StartTime<': (call, wanted) => call.dialedAt !== null && call.dialedAt <= Date.parse(wanted),
  EndTime: (call, wanted) => sameDay(call.endedAt, wanted),
  'EndTime>': (call, wanted) => call.endedAt !== null && call.endedAt >= Date.parse(wanted),
  'EndTime<': (call, wanted) => call.endedAt !== null && call.endedAt <= Date.parse(wanted),
};

/** One page of `calls` (given oldest first, shown newest first) as Twilio's envelope; see `pageOf`. */
export function listCalls(dialect: Dialect, calls: readonly Call[], path: string, query: URLSearchParams) {
  const { shown, envelope } = pageOf({ items: calls, filters: FILTERS, path, query });
  return { calls: shown.map((call) => callResource(dialect, call)), ...envelope };
}
