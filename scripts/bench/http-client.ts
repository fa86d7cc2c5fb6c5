/** The plainest client that keeps its connections: for the load, the stub provider and the lean floor. */
import { Agent, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer with its whole body. */
export interface HttpAnswer {
  status: number;
  body: string;
}

/** Sends one request. Rejects when there is no answer. */
export type Send = (
  url: string,
  options?: Pick<RequestOptions, 'method' | 'headers'>,
  body?: string,
) => Promise<HttpAnswer>;

/** @param maxSockets most connections to one server */
export function createHttpClient(maxSockets = 256): Send {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return (url, options = {}, body = '') => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const headers = { ...options.headers, 'Content-Length': Buffer.byteLength(body) };
    const attempt = () => {
      const sent = request(url, { ...options, headers, agent }, (answer) => {
        text(answer).then((whole) => resolve({ status: answer.statusCode ?? 0, body: whole }), reject);
      });
      // Node.js, http, "request.reusedSocket": the server may close an idle connection just as it is used again.
      sent.on('error', (error) => (sent.reusedSocket && hasReset(error) ? attempt() : reject(error)));
      sent.end(body);
    };
    attempt();
    return promise;
  };
}

function hasReset(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNRESET';
}

/** Form fields, as the header and body of a POST. */
export function formPost(fields: Record<string, string>, headers: Record<string, string> = {}) {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return {
    options: { method: 'POST', headers: { ...type, ...headers } },
    body: new URLSearchParams(fields).toString(),
  };
}
