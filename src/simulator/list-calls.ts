/** Answers `GET Calls.json`: filters and pages (Twilio, Call resource: list). */
import type { Call } from './call.ts';
import { callResource } from './call-resource.ts';
import type { Dialect } from './dialect.ts';
import { refusal } from './rest-errors.ts';

type Filter = (call: Call, wanted: string) => boolean;

/** What may be asked for. A call that is not dialed yet has no start time, so no `StartTime` finds it. */
const FILTERS: Record<string, Filter> = {
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

/**
 * One page of `calls` (given oldest first, shown newest first) as Twilio's envelope; all URIs are relative.
 * `PageSize` is 50 unless given, at most 1000. `PageToken` names the last call of the page before, so that calls
 * created in between do not shift the pages.
 */
export function listCalls(dialect: Dialect, calls: readonly Call[], path: string, query: URLSearchParams) {
  const found = matching([...calls].reverse(), query);
  const size = pageSize(query.get('PageSize'));
  const page = Math.max(0, Number(query.get('Page') ?? 0) || 0);
  const start = startOf(found, page, size, query.get('PageToken'));
  const shown = found.slice(start, start + size);
  const last = shown.at(-1);
  const uri = (number: number, token?: string) => `${path}?${pageQuery(query, size, number, token)}`;
  return {
    calls: shown.map((call) => callResource(dialect, call)),
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(0, shown.length - 1),
    uri: uri(page, query.get('PageToken') ?? undefined),
    first_page_uri: uri(0),
    next_page_uri: last && start + size < found.length ? uri(page + 1, `PA${last.sid}`) : null,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
  };
}

function matching(calls: Call[], query: URLSearchParams): Call[] {
  const wanted = Object.entries(FILTERS).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value === null ? [] : [(call: Call) => filter(call, value)];
  });
  return calls.filter((call) => wanted.every((fits) => fits(call)));
}

function pageSize(given: string | null): number {
  if (given === null) return 50;
  if (/^\d+$/.test(given) && Number(given) > 0) return Math.min(1000, Number(given));
  throw refusal(20001, `PageSize must be 1 to 1000, not ${given}`);
}

function startOf(found: Call[], page: number, size: number, token: string | null): number {
  const before = token ? found.findIndex((call) => `PA${call.sid}` === token) : -1;
  return before === -1 ? page * size : before + 1;
}

function pageQuery(
  query: URLSearchParams,
  size: number,
  page: number,
  token: string | undefined,
): URLSearchParams {
  const next = new URLSearchParams(query);
  next.delete('PageToken');
  next.set('PageSize', String(size));
  next.set('Page', String(page));
  if (token) next.set('PageToken', token);
  return next;
}

function sameDay(instant: number | null, day: string): boolean {
  return instant !== null && new Date(instant).toISOString().slice(0, 10) === day.slice(0, 10);
}
