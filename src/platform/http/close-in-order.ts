import type { Server, ServerResponse } from 'node:http';

/** The answers of a server that have not ended; the set is kept current. */
export function trackRunning(server: Server): Set<ServerResponse> {
  const running = new Set<ServerResponse>();
  server.prependListener('request', (_req, res: ServerResponse) => {
    running.add(res);
    res.once('close', () => running.delete(res));
  });
  return running;
}

/**
 * Takes no more connections, waits for the running answers and cuts what is left after `limitMs`.
 *
 * `close()` alone waits for kept-alive connections for ever (seen on Node 26): running answers are told to end theirs,
 * and those whose headers are out already are followed by another look at idle connections.
 */
export async function closeInOrder(
  server: Server,
  running: Set<ServerResponse>,
  limitMs: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  const endConnection = (res: ServerResponse) => {
    if (!res.headersSent) res.setHeader('Connection', 'close');
    res.once('close', () => server.closeIdleConnections());
  };
  for (const res of running) endConnection(res);
  // A request whose headers are on their way now still arrives.
  server.prependListener('request', (_req, res: ServerResponse) => endConnection(res));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), limitMs);
  await promise;
  clearTimeout(deadline);
}
