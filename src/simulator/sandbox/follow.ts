/** Follows a verification: the service's server-sent events, again when the connection breaks. */
import type { Backend, ProgressEvent } from './backend.ts';

/** How soon a broken stream is asked for again, ms. */
const AGAIN_MS = 2_000;

/** What following needs; `after` runs something later, ms. */
interface FollowDeps {
  backend: Pick<Backend, 'request'>;
  after: (ms: number, fn: () => void) => void;
  signal: AbortSignal;
}

/** Calls `heard` with each event until the verification is finished or the signal is aborted. Never rejects. */
export async function follow(
  { backend, after, signal }: FollowDeps,
  id: string,
  heard: (event: ProgressEvent) => void,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    try {
      const response = await backend.request('GET', `/v1/verifications/${id}/events`);
      if (response.status >= 400 && response.status < 500 && response.status !== 429) return;
      for await (const event of eventsIn(response, Number(last))) {
        last = event.id;
        heard(event);
        if (event.state === 'finished') return;
      }
    } catch {
      // The service is gone, or the stream broke: it is asked for again.
    }
    await new Promise<void>((resolve) => {
      after(AGAIN_MS, resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** HTML standard, "Server-sent events": fields of a line each; comments begin with a colon. */
async function* eventsIn(response: Response, after: number) {
  if (!response.ok || !response.body) return;
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventIn(block);
      if (event && Number(event.id) > after) yield event;
    }
  }
}

function eventIn(block: string): (ProgressEvent & { id: string }) | null {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  return data === undefined ? null : { ...(JSON.parse(data) as ProgressEvent), id: field('id') ?? '0' };
}
