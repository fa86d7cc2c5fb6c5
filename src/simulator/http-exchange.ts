/** One HTTP request of a webhook, with a limit for the connection and one for the answer, on the wall clock. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What is sent: an http or https address without fragment, and for POST the form. */
export interface ExchangeRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** An answer that came in whole. */
export interface Answer {
  status: number;
  contentType: string;
  location: string | null;
  body: string;
}

/** How the exchange went. `ct`: no connection; `rt`: no answer or half an answer (`partial`). */
export type Exchanged =
  | { kind: 'answered'; answer: Answer }
  | { kind: 'failed'; failure: 'ct' | 'rt'; partial: boolean; reason: string };

/**
 * Sends `request` over a connection of its own. `connectMs` limits making the connection, `readMs` the wait for
 * the answer and between its packets; `signal` gives up at once. Never rejects.
 */
export function exchange(
  request: ExchangeRequest,
  limits: { connectMs: number; readMs: number; signal: AbortSignal },
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const progress = { connected: false, partial: false };
    const { method, headers } = request;
    const secure = request.url.startsWith('https:');
    const outgoing = (secure ? httpsRequest : httpRequest)(request.url, {
      method,
      headers,
      agent: false,
      signal: limits.signal,
    });
    const deadline = watch(outgoing);
    const finish = (result: Exchanged) => {
      deadline.stop();
      resolve(result);
    };
    const fail = (error: Error) => {
      const failure = progress.connected ? 'rt' : 'ct';
      finish({ kind: 'failed', failure, partial: progress.partial, reason: error.message });
    };
    deadline.set(limits.connectMs, 'no connection');
    outgoing.on('socket', (socket) =>
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        progress.connected = true;
        deadline.set(limits.readMs, 'no answer');
      }),
    );
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      progress.partial = true;
      response.on('data', () => deadline.set(limits.readMs, 'half an answer'));
      readWhole(response).then(
        (body) => finish({ kind: 'answered', answer: answerOf(response, body) }),
        fail,
      );
    });
    outgoing.end(request.body);
  });
}

function watch(outgoing: ClientRequest) {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(ms: number, lacking: string) {
      clearTimeout(timer);
      timer = setTimeout(() => outgoing.destroy(new Error(`${lacking} within ${ms} ms`)), ms);
    },
    stop: () => clearTimeout(timer),
  };
}

async function readWhole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(response: IncomingMessage, body: string): Answer {
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location ?? null,
    body,
  };
}
