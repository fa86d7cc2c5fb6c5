/** Stands between the service and the phone network: passes requests on, and spoils answers of what was carried out. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { freePort } from './processes.ts';

/** What is answered in place of the phone network's own answer. */
export interface SpoiledAnswer {
  status: number;
  type: string;
  body: string;
}

/** @param target address of the phone network's REST API */
export async function startSpoilingProxy(target: string) {
  const spoiled: SpoiledAnswer[] = [];
  const port = await freePort();
  const server = createServer((request, response) => {
    passOn(request, response).catch(() => response.destroy());
  });

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const posts = request.method === 'POST';
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? 'text/plain',
      },
      ...(posts ? { body: Buffer.concat(chunks) } : {}),
    });
    const type = answer.headers.get('content-type') ?? '';
    const real = { status: answer.status, type, body: await answer.text() };
    const sent = (posts && spoiled.shift()) || real;
    response.writeHead(sent.status, { 'content-type': sent.type }).end(sent.body);
  }

  const proxy = {
    url: `http://127.0.0.1:${port}`,
    /** The next request that asks for something is carried out and answered with this. */
    spoil: (answer: SpoiledAnswer) => void spoiled.push(answer),
    /** Listens again after `close`. */
    async open(): Promise<void> {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    /** From now on connections are refused. */
    async close(): Promise<void> {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  await proxy.open();
  return proxy;
}
