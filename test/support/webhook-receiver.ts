// What a tenant runs to be told of outcomes: it verifies what it gets with the library of Standard Webhooks, and
// misbehaves on demand.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';

/** How the receiver answers. */
export type Behaviour = (res: ServerResponse) => void;

const raw =
  (text: string): Behaviour =>
  (res) =>
    void res.socket?.end(text);

/** Ways to answer; only `takes` is right. */
export const BEHAVIOURS = {
  takes: (res) => void res.writeHead(204).end(),
  fails: (res) => void res.writeHead(500).end('no'),
  'is unauthorised': (res) => void res.writeHead(401).end(),
  'never answers': () => undefined,
  'answers the head only': (res) => {
    res.writeHead(503);
    res.write('…');
  },
  redirects: (res) => void res.writeHead(307, { Location: '/elsewhere' }).end(),
  'answers garbage': raw('this is not HTTP\r\n\r\n'),
  'answers half a head': raw('HTTP/1.1 200 O'),
  'switches protocols': raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  'sends endless headers': raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`),
  'closes the connection': (res) => void res.destroy(),
  'is gone': (res) => void res.writeHead(410).end(),
} as const satisfies Record<string, Behaviour>;

/** A message that arrived, whatever was answered. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A receiver; close it after the test. */
export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

export async function openReceiver() {
  const received: Received[] = [];
  const planned: Behaviour[] = [];
  let otherwise: Behaviour = BEHAVIOURS.takes;
  let server: Server | null = null;
  let port = 0;

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part);
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([name, value]) => [name, `${value}`]),
    );
    received.push({ path: req.url ?? '', headers, body: Buffer.concat(parts).toString() });
    (planned.shift() ?? otherwise)(res);
  }

  const receiver = {
    received,
    get url() {
      return `http://127.0.0.1:${port}/hook`;
    },
    /** Answers the next messages so, one each, and all further ones as `otherwise` says. */
    plan: (...next: Behaviour[]) => void planned.push(...next),
    otherwise(behaviour: Behaviour) {
      otherwise = behaviour;
    },
    /** What was received of one verification, in order. */
    about: (verificationId: string) => received.filter(({ body }) => body.includes(verificationId)),
    async open() {
      server = createServer((req, res) => void take(req, res).catch(() => res.destroy()));
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
    /** Away; `open` brings it back at the same address. */
    async close() {
      const closing = server && once(server, 'close');
      server?.close();
      server?.closeAllConnections();
      await closing;
      server = null;
    },
  };
  await receiver.open();
  return receiver;
}

/** Verifies as a receiver would whose clock shows `now`; throws when anything is wrong. Returns the message. */
export function verified(secret: string, { body, headers }: Received, now: Date) {
  vi.useFakeTimers({ toFake: ['Date'], now });
  try {
    return new Webhook(secret).verify(body, headers) as {
      type: string;
      timestamp: string;
      data: Record<string, unknown>;
    };
  } finally {
    vi.useRealTimers();
  }
}
