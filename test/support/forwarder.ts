/** An address that leads to one server at a time, as a DNS name or a load balancer does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Where connections to `url` lead. */
export interface Forwarder {
  url: string;
  /** New connections lead to this server from now on; those that are there stay as they are. */
  leadTo(url: string): void;
  stop(): Promise<void>;
}

/** Opens an address that leads to a server; its URL is that of the server, with another port. */
export async function startForwarder(url: string): Promise<Forwarder> {
  let target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const end of [near, far]) {
      sockets.add(end);
      end.on('close', () => sockets.delete(end));
      end.on('error', () => void [near, far].map((each) => each.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: Object.assign(new URL(url), { port: `${(server.address() as AddressInfo).port}` }).href,
    leadTo(next) {
      target = new URL(next);
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
