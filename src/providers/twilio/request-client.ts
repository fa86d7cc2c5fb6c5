import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { stringify } from 'node:querystring';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import { sendRequest } from '../../platform/http/send-request.ts';
import { basic } from './credentials.ts';

/** Calls wait on the network, not on the processor; the package's 20 hold a busy process back. */
const MAX_SOCKETS = 100;
const SOCKETS = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS };
/** A page of 1000 calls has about 2 MB. */
const MAX_ANSWER_LENGTH = 16_000_000;

/**
 * Sends the requests of the `twilio` package over Node's own client, which takes half of the time that the package's own
 * takes, and ends each at its deadline: the package's time-out watches the silence on a socket only, and a slow trickle and the
 * wait for a free socket need one, too. Never repeats a request and follows no redirect.
 */
export class DirectRequestClient extends RequestClient {
  readonly #limitMs: number;
  readonly #agents: { 'http:': HttpAgent; 'https:': HttpsAgent };

  /** @param limitMs how long one request may take from start to end, ms */
  constructor(limitMs: number) {
    super({ timeout: limitMs, autoRetry: false, ...SOCKETS });
    this.#limitMs = limitMs;
    this.#agents = {
      // Without a time-out of its own an agent does not heed how long a server keeps a connection.
      'http:': new HttpAgent({ ...SOCKETS, timeout: limitMs }),
      // The package heeds TWILIO_CA_BUNDLE and HTTP_PROXY in it.
      'https:': this.axios.defaults.httpsAgent,
    };
  }

  /** @throws Error with the code of a socket, `ETIMEDOUT` at the deadline; what was sent is not in it */
  override async request<Data>(given: RequestClient.RequestOptions<Data>) {
    const { answer, late } = sendRequest(urlOf(given), {
      method: given.method.toUpperCase(),
      headers: { ...given.headers, Authorization: basic(given.username, given.password) },
      body: bodyOf(given),
      agents: this.#agents,
      limitMs: this.#limitMs,
    });
    return await Promise.race([late, contentOf(await answer)]);
  }
}

function urlOf({ uri, params }: RequestClient.RequestOptions): URL {
  const url = new URL(uri);
  if (params) url.search = stringify({ ...params });
  return url;
}

function bodyOf({ data }: RequestClient.RequestOptions<unknown>): string {
  return typeof data === 'object' && data !== null ? stringify({ ...data }) : '';
}

async function contentOf(answer: IncomingMessage) {
  const text = await textOf(answer);
  return { statusCode: answer.statusCode ?? 0, headers: answer.headers, body: parsed(text) };
}

function textOf(answer: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (part: string) => {
    text += part;
    if (text.length > MAX_ANSWER_LENGTH) answer.destroy(new Error('The answer is too long.'));
  });
  answer.once('end', () => resolve(text));
  answer.on('error', reject);
  return promise;
}

/** An answer that is no JSON stays a text, as the package expects. */
function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
