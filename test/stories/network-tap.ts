/** Listens in on the HTTP requests between the servers of this process, as somebody on the wire would. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { signWebhook } from '../../src/simulator/sign-webhook.ts';

/** What was heard so far. */
export interface NetworkTap {
  /** Methods and addresses of all requests, such as `GET /openapi.json`. */
  requests: string[];
  /** The account and the token that the service sent to the phone network; there are none before its first call. */
  account(): { sid: string; token: string };
  close(): void;
}

/** Node, diagnostics channel of the HTTP module: a server begins to answer a request. */
const CHANNEL = 'http.server.request.start';
const REST_API = '/2010-04-01/';

/** Listens from now on, until `close`. */
export function tapNetwork(): NetworkTap {
  const requests: string[] = [];
  let basic = '';
  const hear = (message: unknown) => {
    const { method, url, headers } = (message as { request: IncomingMessage }).request;
    requests.push(`${method} ${url}`);
    if (url?.startsWith(REST_API)) basic = headers.authorization ?? '';
  };
  subscribe(CHANNEL, hear);
  return {
    requests,
    account() {
      const [sid = '', token = ''] = Buffer.from(basic.replace('Basic ', ''), 'base64').toString().split(':');
      if (token === '') throw new Error('The service has not asked the phone network for anything yet.');
      return { sid, token };
    },
    close: () => void unsubscribe(CHANNEL, hear),
  };
}

/** A webhook as a form, with the headers of one that `token` signed for `url`. */
export function signedForm(token: string, url: string, fields: Record<string, string>) {
  return {
    body: new URLSearchParams(fields).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signWebhook(token, url, fields),
    },
  };
}
