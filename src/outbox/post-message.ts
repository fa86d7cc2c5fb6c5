import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Sent, sendRequest } from '../platform/http/send-request.ts';
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

  return async (url, headers, body) => {
    const target = new URL(url);
    if (!isFree(url)) assertPublic(target);
    const guard = isFree(url) ? {} : { lookup };
    const message = { method: 'POST', headers, body, limitMs: rules.timeLimitMs, ...guard };
    const sent = sendRequest(target, { ...message, agents });
    try {
      return await statusOf(sent);
    } catch (error) {
      if (!sent.request.reusedSocket || !wasClosed(error)) throw error;
      return await statusOf(sendRequest(target, { ...message, agents: null }));
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

async function statusOf({ request, answer }: Sent): Promise<number> {
  const answered = await answer;
  letGo(answered);
  // How the exchange ends does not matter any more.
  if (!request.closed) await new Promise((resolve) => request.once('close', resolve));
  return answered.statusCode ?? 0;
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
