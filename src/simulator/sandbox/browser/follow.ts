/** Hears from the server: the view whenever it changes, and every event. */
import { part } from './dom.ts';
import { addEntries, forgetEntries } from './render-timeline.ts';
import type { EntryView, View } from './view.ts';

/** Calls `seen` with each view. A connection that breaks is made again by the browser. */
export function follow(seen: (view: View) => void): void {
  const stream = new EventSource('/sandbox/events');
  let isNew = true;
  stream.addEventListener('open', () => {
    isNew = true;
    part('gone').hidden = true;
  });
  stream.addEventListener('error', () => {
    part('gone').hidden = false;
  });
  stream.addEventListener('entries', ({ data }) => {
    // A new connection begins with everything so far.
    if (isNew) forgetEntries();
    isNew = false;
    addEntries(JSON.parse(data) as EntryView[]);
  });
  stream.addEventListener('view', ({ data }) => seen(JSON.parse(data) as View));
}
