import type { ProgressEvent } from './event-store.ts';

/**
 * An event as it is written to a stream: whole lines with an empty one after them (HTML standard, "Server-sent events"), with
 * `id`, so that a client comes back to its place. Null: this stream does not show the event.
 */
export type WriteEvent = (event: ProgressEvent) => string | null;

/** An event as the API shows it: `{state, outcome?, prompt?, happened?, at}` as data. */
export function asJson({ id, state, outcome, prompt, happened, at }: ProgressEvent): string {
  const told = {
    state,
    ...(outcome ? { outcome } : {}),
    ...(prompt ? { prompt } : {}),
    ...(happened ? { happened } : {}),
    at: at.toISOString(),
  };
  return `id: ${id}\ndata: ${JSON.stringify(told)}\n\n`;
}
