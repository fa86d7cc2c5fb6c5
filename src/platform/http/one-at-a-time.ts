import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that one connection may have waiting; clients that send more before an answer mean no good. */
const MOST_WAITING = 100;

type Request = Parameters<RequestListener>;

/**
 * Answers the requests of each connection one after the other. Clients may send further requests before the first is
 * answered (RFC 9112, section 9.3.2), and Node.js starts them all at once although the answers leave in order: one
 * connection could start thousands. A connection with too many of them waiting is cut.
 */
export function oneAtATime(answer: RequestListener): RequestListener {
  const waitingOn = new WeakMap<Socket, Request[]>();

  function begin(req: Request[0], res: ServerResponse): void {
    if (req.socket.destroyed) return;
    res.once('close', () => goOn(req.socket));
    answer(req, res as Request[1]);
  }

  function goOn(socket: Socket): void {
    const next = socket.destroyed ? undefined : waitingOn.get(socket)?.shift();
    // Not at once: what is answered without waiting for anything would keep other connections from their turn.
    if (next) setImmediate(begin, ...next);
    else waitingOn.delete(socket);
  }

  return (req, res) => {
    const { socket } = req;
    // What had arrived before it was cut is still parsed.
    if (socket.destroyed) return;
    const waiting = waitingOn.get(socket);
    if (waiting === undefined) {
      waitingOn.set(socket, []);
      return begin(req, res);
    }
    if (waiting.length < MOST_WAITING) return void waiting.push([req, res]);
    waitingOn.delete(socket);
    socket.destroy();
  };
}
