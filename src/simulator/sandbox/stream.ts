/** Server-sent events to all pages that are open: the view whenever it has changed, and each new line of the list of every event. */
import type { Response } from 'express';
import type { EntryView, View } from './browser/view.ts';

/** The open pages. */
export interface Stream {
  /** Sends what there is to a new page, and keeps it up to date. */
  open(res: Response): void;
  /** The view has changed; several changes at a time are sent once. */
  changed(): void;
  added(entry: EntryView): void;
  /** Ends all streams. */
  close(): void;
}

/** @param look what there is: the view, and every event so far */
export function createStream(look: () => { view: View; entries: readonly EntryView[] }): Stream {
  const pages = new Set<Response>();
  let isComing = false;
  const sendAll = (name: string, data: unknown) => {
    const text = asText(name, data);
    for (const page of pages) page.write(text);
  };
  const sendView = () => {
    isComing = false;
    if (pages.size > 0) sendAll('view', look().view);
  };
  return {
    open(res) {
      const { view, entries } = look();
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.write(`retry: 1000\n\n${asText('entries', entries)}${asText('view', view)}`);
      pages.add(res);
      res.once('close', () => pages.delete(res));
    },
    changed() {
      if (isComing) return;
      isComing = true;
      setImmediate(sendView);
    },
    added: (entry) => sendAll('entries', [entry]),
    close() {
      for (const page of pages) page.end();
    },
  };
}

/** HTML standard, "Server-sent events". JSON has no line breaks. */
function asText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
