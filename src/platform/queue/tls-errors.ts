import { subscribe } from 'node:diagnostics_channel';
import { TLSSocket } from 'node:tls';

let isListening = false;

/**
 * ioredis takes one error of a connection, and nobody takes a second one, which would end the process. TLS has two where a
 * certificate is refused: that, and the alert with which the server answers. So each connection with TLS that this process makes
 * from now on gets a listener more (Node.js, diagnostics_channel, `net.client.socket`); others hear of errors as before.
 */
export function bearSecondTlsErrors(): void {
  if (isListening) return;
  isListening = true;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: unknown };
    if (socket instanceof TLSSocket) socket.on('error', () => undefined);
  });
}
