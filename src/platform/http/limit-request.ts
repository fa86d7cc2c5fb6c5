import type { ClientRequest } from 'node:http';

/** A request that did not end in time, with the code that sockets give to it. */
export class RequestTimeoutError extends Error {
  override name = 'RequestTimeoutError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Ends a request with `RequestTimeoutError` when its time is over, whatever it waits for then: a name, a free socket, the
 * answer or its end. The timer stops with the request; `AbortSignal.timeout` would run on and make an error for each.
 * @param limitMs from now on, ms
 * @param onLate told before the request ends; an answer that has begun reports a broken connection only
 */
export function limitRequest(
  request: ClientRequest,
  limitMs: number,
  onLate: (error: RequestTimeoutError) => void = () => undefined,
): void {
  const timer = setTimeout(() => {
    const error = new RequestTimeoutError(`no whole answer within ${limitMs} ms`);
    onLate(error);
    request.destroy(error);
  }, limitMs);
  request.once('close', () => clearTimeout(timer));
}
