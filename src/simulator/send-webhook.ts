/** Sends a webhook as providers do: signed, form-encoded, redirects followed, failed attempts repeated. */
import { randomUUID } from 'node:crypto';
import type { Address } from './call-request.ts';
import { type ConnectionOverrides, type Failure, readConnectionOverrides } from './connection-overrides.ts';
import type { Dialect } from './dialect.ts';
import { type Answer, type Exchanged, exchange } from './http-exchange.ts';

/** A webhook to send. */
export interface Webhook {
  address: Address;
  params: Record<string, string>;
  /** Whether it is a status callback, which may be repeated otherwise than a request for a document. */
  isStatus: boolean;
  /** The same for all attempts (Twilio: `I-Twilio-Idempotency-Token`). */
  token: string;
  /** Hears of each attempt before it is made, counted from 1. */
  onAttempt: (attempt: number) => void;
}

/** An answer of whatever status, or no answer; `ct`: there was no connection. */
export type WebhookResult =
  | { kind: 'answered'; answer: Answer }
  | { kind: 'failed'; failure: 'ct' | 'rt'; reason: string };

/** A token for a new webhook. */
export function newToken(): string {
  return randomUUID();
}

const MAX_REDIRECTS = 10;

/** Signs a webhook: the header and its value. */
interface Signer {
  key: string;
  dialect: Dialect;
}

/**
 * Sends webhooks signed with `key`; `stopped` gives up all that is under way.
 * All attempts together may take `tt` ms, 15 s at most (Twilio, error 11205: hard limit for call-related requests).
 */
export function createWebhookSender({ stopped, ...signer }: Signer & { stopped: AbortSignal }) {
  return async function sendWebhook(webhook: Webhook): Promise<WebhookResult> {
    const overrides = readConnectionOverrides(webhook, signer.dialect.connection);
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(overrides.totalMs)]);
    for (let attempt = 1; ; attempt++) {
      webhook.onAttempt(attempt);
      const result = await followRedirects(webhook, signer, { ...overrides, signal });
      if (attempt > overrides.retries || signal.aborted || !isRepeated(result, overrides)) return result;
    }
  };
}

/** Redirects are followed with GET and without the parameters (Twilio, Gather: troubleshooting). */
async function followRedirects(
  webhook: Webhook,
  signer: Signer,
  limits: ConnectionOverrides & { signal: AbortSignal },
): Promise<Exchanged> {
  let { address, params } = webhook;
  for (let followed = 0; ; followed++) {
    const result = await exchange(signedRequest(address, params, webhook.token, signer), limits);
    const target = result.kind === 'answered' ? redirectTarget(result.answer, address.url) : null;
    if (target === null || followed === MAX_REDIRECTS) return result;
    address = { url: target, method: 'GET' };
    params = {};
  }
}

function redirectTarget(answer: Answer, base: string): string | null {
  const redirected = answer.status >= 300 && answer.status < 400 && answer.location !== null;
  return redirected && URL.canParse(answer.location ?? '', base)
    ? new URL(answer.location ?? '', base).href
    : null;
}

/** Nothing is repeated after half an answer (Twilio, Connection overrides). */
function isRepeated(result: Exchanged, { retryOn }: ConnectionOverrides): boolean {
  if (result.kind === 'failed') return !result.partial && retryOn.includes(result.failure);
  const kind = failureKind(result.answer.status);
  return kind !== null && retryOn.includes(kind);
}

function failureKind(status: number): Failure | null {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : null;
}

function signedRequest(address: Address, params: Record<string, string>, token: string, signer: Signer) {
  const inQuery = address.method === 'GET';
  const url = inQuery ? withQuery(address.url, params) : address.url.replace(/#.*$/, '');
  const headers: Record<string, string> = {
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
    'I-Twilio-Idempotency-Token': token,
    [signer.dialect.signatureHeader]: signer.dialect.sign(signer.key, url, inQuery ? {} : params),
  };
  if (inQuery) return { url, method: 'GET', headers, body: '' };
  const body = new URLSearchParams(params).toString();
  headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
  headers['Content-Length'] = String(Buffer.byteLength(body));
  return { url, method: 'POST', headers, body };
}

function withQuery(url: string, params: Record<string, string>): string {
  const bare = url.replace(/#.*$/, '');
  const query = new URLSearchParams(params).toString();
  if (query === '') return bare;
  return `${bare}${bare.includes('?') ? '&' : '?'}${query}`;
}
