import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { stringify } from 'node:querystring';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import { limitRequest } from '../../platform/http/limit-request.ts';

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
  readonly #plain: HttpAgent;
  readonly #secure: Agent;

  /** @param limitMs how long one request may take from start to end, ms */
  constructor(limitMs: number) {
    super({ timeout: limitMs, autoRetry: false, ...SOCKETS });
    this.#limitMs = limitMs;
    // Without a time-out of its own an agent does not heed how long a server keeps a connection.
    this.#plain = new HttpAgent({ ...SOCKETS, timeout: limitMs });
    // The package heeds TWILIO_CA_BUNDLE and HTTP_PROXY in it.
    this.#secure = this.axios.defaults.httpsAgent;
  }

  /** @throws Error with the code of a socket, `ETIMEDOUT` at the deadline; what was sent is not in it */
  override async request<Data>(given: RequestClient.RequestOptions<Data>) {
    const url = urlOf(given);
    const { headers, body } = contentOf(given);
    const isPlain = url.protocol === 'http:';
    const sent = (isPlain ? httpRequest : httpsRequest)(url, {
      method: given.method.toUpperCase(),
      headers: { ...given.headers, ...headers, Authorization: basic(given) },
      agent: isPlain ? this.#plain : this.#secure,
    });
    const late = Promise.withResolvers<never>();
    limitRequest(sent, this.#limitMs, late.reject);
    sent.end(body);
    return await Promise.race([late.promise, answerTo(sent)]);
  }
}

function urlOf({ uri, params }: RequestClient.RequestOptions): URL {
  const url = new URL(uri);
  if (params) url.search = stringify({ ...params });
  return url;
}

function contentOf({ data }: RequestClient.RequestOptions<unknown>) {
  if (typeof data !== 'object' || data === null) return { headers: {}, body: '' };
  const body = stringify({ ...data });
  return { headers: { 'Content-Length': Buffer.byteLength(body) }, body };
}

function basic({ username, password }: RequestClient.RequestOptions<unknown>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function answerTo(sent: ClientRequest) {
  const answer = await answerOf(sent);
  const text = await textOf(answer);
  return { statusCode: answer.statusCode ?? 0, headers: answer.headers, body: parsed(text) };
}

/** Without `once` of node:events, which listens for more than is needed here. */
function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let isAnswered = false;
  sent.once('response', (answer) => {
    isAnswered = true;
    resolve(answer);
  });
  sent.on('error', reject);
  // Also the end of an answer that switches protocols (101), which is not supported: no error tells of it.
  sent.once('close', () => {
    if (!isAnswered) reject(new Error('The connection closed before an answer.'));
  });
  return promise;
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
