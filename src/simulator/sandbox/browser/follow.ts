/** Hears from the server: the view whenever it changes, and every event. */
import { part } from './dom.ts';
import { addEntries, forgetEntries } from './render-timeline.ts';
import type { EntryView, View } from './view.ts';

/** How soon a connection is opened again that the browser has given up, ms. */
const AGAIN_MS = 1_000;

/** Calls `seen` with each view. A connection that breaks is made again. */
export function follow(seen: (view: View) => void): void {
  const stream = new EventSource('/sandbox/events');
  let isNew = true;
  stream.addEventListener('open', () => {
    isNew = true;
    part('gone').hidden = true;
  });
  stream.addEventListener('error', () => {
    part('gone').hidden = false;
    // The browser gives up when the answer is an error, as that of a service that is just starting.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => follow(seen), AGAIN_MS);
  });
  stream.addEventListener('entries', ({ data }) => {
    // A new connection begins with everything so far.
    if (isNew) forgetEntries();
    isNew = false;
    addEntries(JSON.parse(data) as EntryView[]);
  });
  stream.addEventListener('view', ({ data }) => seen(JSON.parse(data) as View));
}
