import type { PlaceInList } from '../domain/place-in-list.ts';
import type { AuditStore, WantedAuditEvents } from './audit-store.ts';
import { toView } from './audit-view.ts';

/** How many events are read at once. */
const BATCH = 500;

/**
 * Audit events as JSON Lines, oldest first, a batch at a time: however many there are, only one batch is in memory.
 * @param wanted.to without it, those until the moment when this begins, so that it ends
 * @throws the database's error
 */
export async function* auditLines(
  store: Pick<AuditStore, 'batch'>,
  wanted: WantedAuditEvents & { to: Date },
): AsyncGenerator<string, void, undefined> {
  let after: PlaceInList | null = null;
  for (;;) {
    const events = await store.batch({ ...wanted, after, limit: BATCH });
    if (events.length > 0) yield events.map((event) => `${JSON.stringify(toView(event))}\n`).join('');
    const last = events.at(-1);
    if (!last || events.length < BATCH) return;
    after = { at: last.at, id: last.id };
  }
}
