import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

/** What is sent, and over which connections. */
export interface Outgoing {
  method: string;
  headers: Record<string, string>;
  /** Empty for a request without one. */
  body: string;
  /** By protocol; null for a connection of its own. */
  agents: { 'http:': HttpAgent; 'https:': HttpsAgent } | null;
  /** From now until the whole answer has come, ms. */
  limitMs: number;
  /** Resolves the host's name; the system does by default. */
  lookup?: LookupFunction;
}

/** A request that was sent. */
export interface Sent {
  request: ClientRequest;
  /** Resolves when the answer begins; rejects with the error of the socket, or with `RequestTimeoutError`. */
  answer: Promise<IncomingMessage>;
  /** Rejects with `RequestTimeoutError` when the time is over: an answer that has begun reports a broken connection only. */
  late: Promise<never>;
}

/** A request that did not end in time, with the code that sockets give to it. */
class RequestTimeoutError extends Error {
  override name = 'RequestTimeoutError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Sends one request over `node:http` or `node:https`, and ends it when its time is over, whatever it waits for then: a name, a
 * free socket, the answer or its end. Repeats nothing and follows no redirect.
 */
export function sendRequest(url: URL, { body, agents, limitMs, ...out }: Outgoing): Sent {
  const isPlain = url.protocol === 'http:';
  const length = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const request = (isPlain ? httpRequest : httpsRequest)(url, {
    ...out,
    headers: { ...out.headers, ...length },
    agent: agents === null ? false : agents[isPlain ? 'http:' : 'https:'],
  });
  const late = endInTime(request, limitMs);
  const answer = Promise.race([late, answerTo(request)]);
  request.end(body);
  return { request, answer, late };
}

/** The timer stops with the request; `AbortSignal.timeout` would run on and make an error for each. */
function endInTime(request: ClientRequest, limitMs: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Whether anybody listens is up to those who send.
  promise.catch(() => undefined);
  const timer = setTimeout(() => {
    const error = new RequestTimeoutError(`no whole answer within ${limitMs} ms`);
    reject(error);
    request.destroy(error);
  }, limitMs);
  request.once('close', () => clearTimeout(timer));
  return promise;
}

/** Without `once` of node:events, which listens for more than is needed here. */
function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let isAnswered = false;
  request.once('response', (answer) => {
    isAnswered = true;
    resolve(answer);
  });
  request.on('error', reject);
  // Also the end of an answer that switches protocols (101), which is not supported: no error tells of it.
  request.once('close', () => {
    if (!isAnswered) reject(new Error('The connection closed before an answer.'));
  });
  return promise;
}
