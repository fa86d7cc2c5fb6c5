/** Answers lists: filters and pages as Twilio does. */
import { refusal } from './rest-errors.ts';

/** What is listed. */
export interface Listed<Item extends { sid: string }> {
  /** Oldest first. */
  items: readonly Item[];
  /** What may be asked for, by the name of the parameter. */
  filters: Readonly<Record<string, (item: Item, wanted: string) => boolean>>;
  /** The path of the list. */
  path: string;
  query: URLSearchParams;
}

/**
 * One page, newest first, with what Twilio's envelope has besides; all URIs are relative. `PageSize` is 50 unless given,
 * at most 1000. `PageToken` names the last one of the page before, so that what is created in between does not shift
 * the pages.
 */
export function pageOf<Item extends { sid: string }>({ items, filters, path, query }: Listed<Item>) {
  const found = matching([...items].reverse(), filters, query);
  const size = pageSize(query.get('PageSize'));
  const page = Math.max(0, Number(query.get('Page') ?? 0) || 0);
  const start = startOf(found, page, size, query.get('PageToken'));
  const shown = found.slice(start, start + size);
  const last = shown.at(-1);
  const uri = (number: number, token?: string) => `${path}?${pageQuery(query, size, number, token)}`;
  return {
    shown,
    envelope: {
      page,
      page_size: size,
      start: page * size,
      end: page * size + Math.max(0, shown.length - 1),
      uri: uri(page, query.get('PageToken') ?? undefined),
      first_page_uri: uri(0),
      next_page_uri: last && start + size < found.length ? uri(page + 1, `PA${last.sid}`) : null,
      previous_page_uri: page > 0 ? uri(page - 1) : null,
    },
  };
}

/** Whether `instant` (milliseconds since 1970) is on a day that begins with its date. */
export function sameDay(instant: number | null, day: string): boolean {
  return instant !== null && new Date(instant).toISOString().slice(0, 10) === day.slice(0, 10);
}

function matching<Item extends { sid: string }>(
  items: Item[],
  filters: Listed<Item>['filters'],
  query: URLSearchParams,
): Item[] {
  const wanted = Object.entries(filters).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value === null ? [] : [(item: Item) => filter(item, value)];
  });
  return items.filter((item) => wanted.every((fits) => fits(item)));
}

function pageSize(given: string | null): number {
  if (given === null) return 50;
  if (/^\d+$/.test(given) && Number(given) > 0) return Math.min(1000, Number(given));
  throw refusal(20001, `PageSize must be 1 to 1000, not ${given}`);
}

function startOf(found: { sid: string }[], page: number, size: number, token: string | null): number {
  const before = token ? found.findIndex(({ sid }) => `PA${sid}` === token) : -1;
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
