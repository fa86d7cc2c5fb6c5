/** A server that can be closed gracefully. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeInOrder, trackRunning } from './close-in-order.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** A server that listens. */
export interface HttpServer {
  /** Where it answers, such as `http://127.0.0.1:3000`. */
  url: string;
  port: number;
  /** Takes no more connections, lets running requests end, and cuts those that have not after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

/** How long clients may take, ms. */
export interface ClientLimits {
  /** For the headers of a request. */
  headersMs: number;
  /** For a whole request. */
  requestMs: number;
}

const CLIENT_LIMITS: ClientLimits = { headersMs: 10_000, requestMs: 20_000 };

/** Where to listen. */
export interface ListenAddress {
  host: string;
  /** 0: any free one. */
  port: number;
  /** The environment variables that both come from, for the error when the address cannot be had. */
  variables?: string;
}

/**
 * Listens on `host` and `port`. Clients that take longer than `limits` get 408 and are cut off
 * within a second. The requests of one connection are answered one after the other. Idle connections are kept for 65 s, longer than the proxies in front usually keep theirs.
 * @throws Error when the address cannot be had
 */
export async function listen(
  answer: RequestListener,
  address: ListenAddress,
  limits: ClientLimits = CLIENT_LIMITS,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
    },
    oneAtATime(answer),
  );
  const running = trackRunning(server);
  await startListening(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    close: (limitMs) => {
      closed ??= closeInOrder(server, running, limitMs);
      return closed;
    },
  };
}

async function startListening(server: Server, { host, port, variables }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (cause: Error) =>
    reject(
      new Error(
        `Cannot listen on ${host}, port ${port}: ${cause.message}. Choose another address or port${variables ? ` (${variables})` : ''}.`,
        { cause },
      ),
    );
  server.once('error', refuse);
  server.listen(port, host, () => {
    server.off('error', refuse);
    resolve();
  });
  await promise;
}
