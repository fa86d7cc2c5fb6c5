import type { StoredEvent } from '../../../src/registry/stored-event.ts';
import type { Entry } from './entry.ts';

/** Changes of state, and the prompts that followed another. `calls`: the number of each attempt by its id. */
export function eventEntries(events: StoredEvent[], calls: ReadonlyMap<string, number>): Entry[] {
  return events.map(({ type, at, attemptId = '', prompt, ...rest }) => {
    const entry = { at: new Date(at), details: { call: calls.get(attemptId), ...rest } };
    return type === 'prompt'
      ? { ...entry, source: 'prompt', what: String(prompt) }
      : { ...entry, source: 'state', what: type };
  });
}
