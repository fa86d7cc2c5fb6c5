import type { Server, ServerResponse } from 'node:http';

/**
 * Follows the answers of a server from their beginning to their end. In a list whose places are used again: a Set in which many come and
 * go is made anew all the time, and V8 keeps what each former one held then (see `test/project/kept-memory.test.ts`).
 * @returns tells those that have not ended
 */
export function trackRunning(server: Server): () => ServerResponse[] {
  const places: (ServerResponse | undefined)[] = [];
  const free: number[] = [];
  server.prependListener('request', (_req, res: ServerResponse) => {
    const place = free.pop() ?? places.length;
    places[place] = res;
    res.once('close', () => {
      places[place] = undefined;
      free.push(place);
    });
  });
  return () => places.filter((res) => res !== undefined);
}

/**
 * Takes no more connections, waits for the running answers and cuts what is left after `limitMs`.
 *
 * `close()` alone waits for kept-alive connections for ever (seen on Node 26): running answers are told to end theirs,
 * and those whose headers are out already are followed by another look at idle connections.
 */
export async function closeInOrder(
  server: Server,
  running: () => ServerResponse[],
  limitMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const endConnection = (res: ServerResponse) => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
    res.once('close', () => server.closeIdleConnections());
  };
  for (const res of running()) endConnection(res);
  // A request whose headers are on their way now still arrives.
  server.prependListener('request', (_req, res: ServerResponse) => endConnection(res));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), limitMs);
  await promise;
  clearTimeout(deadline);
}
