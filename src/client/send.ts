import { problemOf } from './problem.ts';

/** How to reach a service. */
export interface PoundkeyAddress {
  /** `https://poundkey.example.com`, with the path prefix if there is one. */
  baseUrl: string;
  /** `pk_…`; belongs to one tenant. */
  apiKey: string;
  /** What sends requests; the platform's `fetch` by default. */
  fetch?: typeof fetch;
  /** How long one request may take, ms; 10,000 by default. Streams go on for as long as they last. */
  requestLimitMs?: number;
}

/** A request. */
export interface Sent {
  body?: object;
  headers?: Record<string, string>;
  /** Ends the request early. Replaces the time limit. */
  signal?: AbortSignal;
}

const REQUEST_LIMIT_MS = 10_000;

/** Sends requests to the service. */
export type Send = ReturnType<typeof createSend>;

/** The returned functions throw a `PoundkeyProblem` when the service refuses, and what `fetch` throws when it is not reached. */
export function createSend(address: PoundkeyAddress) {
  const base = address.baseUrl.replace(/\/+$/, '');
  const { apiKey, requestLimitMs = REQUEST_LIMIT_MS } = address;
  const doFetch = address.fetch ?? fetch;

  async function send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { body, headers, signal = AbortSignal.timeout(requestLimitMs) } = sent;
    const response = await doFetch(`${base}${path}`, {
      method,
      signal,
      headers: {
        Authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw await problemOf(response);
  }

  return {
    /** For an answer that is read by the caller. */
    send,
    /** For an answer in JSON; undefined for one without a body. */
    async json<Answer>(method: string, path: string, sent?: Sent): Promise<Answer> {
      const text = await (await send(method, path, sent)).text();
      return (text === '' ? undefined : JSON.parse(text)) as Answer;
    },
  };
}

/** A value as one segment of a path. */
export const segment = (value: string): string => encodeURIComponent(value);
