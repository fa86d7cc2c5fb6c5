/** Clients over TLS that read lines: of mail, and of the web. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, vi } from 'vitest';
import { SOON } from './own-time.ts';

/** Where and how a client connects. */
export interface SessionOptions {
  port: number;
  /** The certificate of the authority that it trusts. */
  authority: Buffer;
  /** Its own address, one of this machine. */
  localAddress?: string;
  /** What it sends before TLS begins, such as a header of the PROXY protocol. */
  before?: string;
}

/** The header of the PROXY protocol for a client with this address (HAProxy, "The PROXY protocol", 2.1). */
export function proxyHeader(address: string): string {
  return `PROXY TCP4 ${address} 127.0.0.1 40000 993\r\n`;
}

/** Opens a session; `until` resolves to what was heard since the last `say`, once the pattern is in it. */
export async function openSession(options: SessionOptions) {
  const { port, authority: ca, localAddress = '127.0.0.1', before = '' } = options;
  const plain = connect({ port, localAddress, host: '127.0.0.1' });
  await once(plain, 'connect');
  if (before !== '') plain.write(before);
  const socket = connectTls({ socket: plain, servername: 'localhost', ca });
  let heard = '';
  let closed = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    heard += chunk;
  });
  const end = () => {
    closed = true;
  };
  socket.on('close', end).on('error', end);
  plain.on('error', end);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket
    .once('secureConnect', resolve)
    .once('close', resolve)
    .once('error', () => resolve());
  await promise;
  return {
    isClosed: () => closed,
    close: () => void socket.destroy(),
    say: (line: string) => {
      heard = '';
      socket.write(`${line}\r\n`);
    },
    until: (pattern: RegExp): Promise<string> =>
      vi.waitFor(() => {
        expect(heard).toMatch(pattern);
        return heard;
      }, SOON),
  };
}

/** Signs in over IMAP and resolves to the answer, or to an empty text where the connection was refused. */
export async function imapLogin(options: SessionOptions, user: string, password: string): Promise<string> {
  const session = await openSession(options);
  if (session.isClosed()) return '';
  await session.until(/^\* OK/m);
  session.say(`a1 LOGIN ${user} "${password}"`);
  const answer = await session.until(/^(a1|\* BAD) .*$/m);
  session.close();
  return /^(a1|\* BAD) .*$/m.exec(answer)?.[0].trim() ?? '';
}
