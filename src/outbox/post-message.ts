import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { limitRequest } from '../platform/http/limit-request.ts';
import { AddressRefused, createGuardedLookup, isPublicAddress } from './public-address.ts';

/** How much of an answer's body is read, bytes. Its content does not matter. */
const MOST_OF_BODY = 1024;

/** Posts a text and resolves to the status of the answer; rejects when there is none in time. Never follows a redirect. */
export type PostMessage = (url: string, headers: Record<string, string>, body: string) => Promise<number>;

/** What the operator allows. */
export interface PostRules {
  /** Also http, and addresses that are not public: for development, tests and receivers in one's own network. */
  allowPrivate: boolean;
  /** One address that may be posted to whatever it is: the receiver of the sandbox. */
  alsoAllowed?: string | null;
  /** For the whole exchange, ms. */
  timeLimitMs: number;
}

/** A connection without a message is kept for less than the 5 s after which Node's own server closes one, ms. */
const KEPT = { keepAlive: true, timeout: 4_000 };

/**
 * Makes `PostMessage`. Connections are kept for further messages; the address is checked when one is made, and a kept
 * one still leads there.
 * @param lookup resolves the names of receivers where private addresses are refused
 */
export function createPostMessage(
  rules: PostRules,
  lookup: LookupFunction = createGuardedLookup(),
): PostMessage {
  const agents = { 'http:': new HttpAgent(KEPT), 'https:': new HttpsAgent(KEPT) };
  const isFree = (url: string) => rules.allowPrivate || url === rules.alsoAllowed;

  /** @param isFresh whether the message has a connection of its own */
  function send(
    target: URL,
    message: { headers: Record<string, string>; body: string; guard: object },
    isFresh: boolean,
  ) {
    const isPlain = target.protocol === 'http:';
    const sent = (isPlain ? httpRequest : httpsRequest)(target, {
      method: 'POST',
      headers: { ...message.headers, 'Content-Length': Buffer.byteLength(message.body) },
      agent: isFresh ? false : agents[isPlain ? 'http:' : 'https:'],
      ...message.guard,
    });
    limitRequest(sent, rules.timeLimitMs);
    sent.end(message.body);
    return sent;
  }

  return async (url, headers, body) => {
    const target = new URL(url);
    if (!isFree(url)) assertPublic(target);
    const message = { headers, body, guard: isFree(url) ? {} : { lookup } };
    const sent = send(target, message, false);
    try {
      return await statusOf(sent);
    } catch (error) {
      if (!sent.reusedSocket || !wasClosed(error)) throw error;
      return await statusOf(send(target, message, true));
    }
  };
}

/** Node, "request.reusedSocket": the receiver may have closed a kept connection at the moment of sending. */
function wasClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));
}

/** What needs no resolving never reaches the lookup: addresses written in the URL (in any notation; URL has made it plain). */
function assertPublic(target: URL): void {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (target.protocol !== 'https:') throw new AddressRefused('Only https is allowed.');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new AddressRefused('The address is not public.');
}

function statusOf(sent: ClientRequest): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let status: number | null = null;
  sent.once('response', (answer) => {
    status = answer.statusCode ?? 0;
    letGo(answer);
  });
  // Once the status has arrived, how the exchange ends does not matter.
  sent.on('error', (error) => (status === null ? reject(error) : resolve(status)));
  // Also the end of an answer that switches protocols (101), which is not supported.
  sent.once('close', () =>
    status === null ? reject(new Error('The connection closed before an answer.')) : resolve(status),
  );
  return promise;
}

/** Reads a little of the body, so that the receiver may finish writing, and no more than that. */
function letGo(answer: IncomingMessage): void {
  let left = MOST_OF_BODY;
  answer.on('data', (part: Buffer) => {
    left -= part.length;
    if (left < 0) answer.destroy();
  });
  answer.on('error', () => undefined);
}
