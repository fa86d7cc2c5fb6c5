// A client of server-sent events that shows what arrives, one event at a time.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/** One event of a stream. */
export interface StreamedEvent {
  id: number;
  data: { state: string; outcome?: string; prompt?: string; at: string };
}

/** An open stream. */
export type EventStream = Awaited<ReturnType<typeof follow>>;

/** Asks for a stream. `lastEventId`: to go on after that event. `more`: further headers, such as to have it compressed. */
export async function follow(
  url: string,
  key: string,
  lastEventId?: number | string,
  more: Record<string, string> = {},
) {
  const headers = {
    ...more,
    authorization: `Bearer ${key}`,
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': `${lastEventId}` }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const asked = request(url, { headers, agent: false }, resolve).on('error', reject).end();
  const answer = await promise;
  const blocks = blocksOf(answer);
  const stream = {
    status: answer.statusCode,
    headers: answer.headers,

    /** The next event; null at the end of the stream. */
    async next(): Promise<StreamedEvent | null> {
      for (;;) {
        const { value: block, done } = await blocks.next();
        if (done) return null;
        const event = parse(block);
        if (event) return event;
      }
    },

    /** All events until one is of this state, or to the end. */
    async until(state?: string): Promise<StreamedEvent[]> {
      const events: StreamedEvent[] = [];
      for (let event = await stream.next(); event; event = await stream.next()) {
        events.push(event);
        if (event.data.state === state) break;
      }
      return events;
    },

    /** Breaks the connection, as networks do. */
    break: () => void asked.destroy(),
  };
  return stream;
}

/** What was compressed is shown as far as it has come. */
function readable(answer: IncomingMessage): Readable {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  const opened = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  answer.on('error', (error) => opened.destroy(error));
  return answer.pipe(opened);
}

async function* blocksOf(answer: IncomingMessage): AsyncGenerator<string, void> {
  let text = '';
  for await (const part of readable(answer).setEncoding('utf8')) {
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks;
  }
}

function parse(block: string): StreamedEvent | null {
  const [, id] = /^id: (\d+)$/m.exec(block) ?? [];
  const [, data] = /^data: (.*)$/m.exec(block) ?? [];
  return id === undefined || data === undefined ? null : { id: Number(id), data: JSON.parse(data) };
}
