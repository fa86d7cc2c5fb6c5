/** How another terminal tells a rehearsal what to do: HTTP on a socket in its directory. */

import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { socketIn } from './place.ts';
import type { Action, Rehearsal } from './rehearsal.ts';

/** What is sent: an action and its processes, or none to ask how everything is. */
interface Order {
  action: Action | 'status';
  names: string[];
}

/** What comes back: lines to print. */
interface Reply {
  ok: boolean;
  lines: string[];
}

/** Opens the socket. It is for the owner of the directory only. */
export async function serveControl(rehearsal: Rehearsal): Promise<Server> {
  const path = socketIn(rehearsal.place.directory);
  rmSync(path, { force: true });
  const server = createServer(async (req, res) => {
    const parts = await req.setEncoding('utf8').toArray();
    res.end(JSON.stringify(await follow(rehearsal, JSON.parse(parts.join('')))));
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return server;
}

async function follow(rehearsal: Rehearsal, { action, names }: Order): Promise<Reply> {
  try {
    if (action !== 'status') await rehearsal.act(action, names);
    return { ok: true, lines: statusLines(rehearsal) };
  } catch (error) {
    return { ok: false, lines: [error instanceof Error ? error.message : String(error)] };
  }
}

/** One line for each process: name, process id, what it is. */
export function statusLines({ parts }: Pick<Rehearsal, 'parts'>): string[] {
  return parts.map((part) => {
    const pid = part.pid();
    return `${part.name.padEnd(10)} ${(pid === null ? 'stopped' : `${pid}`).padEnd(9)} ${part.what}`;
  });
}

/** Sends an order to the rehearsal in a directory. @throws Error when none runs there, or it could not be followed */
export async function sendOrder(directory: string, order: Order): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const asked = request(
    { socketPath: socketIn(directory), method: 'POST', path: '/', agent: false },
    (answer) => {
      answer
        .setEncoding('utf8')
        .toArray()
        .then((parts) => resolve(JSON.parse(parts.join(''))), reject);
    },
  );
  asked.on('error', (cause) => {
    reject(
      new Error(
        `No rehearsal runs in ${directory}. Start one with npm run rehearse, or say with --dir where it runs.`,
        { cause },
      ),
    );
  });
  asked.end(JSON.stringify(order));
  const { ok, lines } = await promise;
  if (!ok) throw new Error(lines.join('\n'));
  return lines;
}

/** Whether a rehearsal runs in a directory. */
export async function isRunning(directory: string): Promise<boolean> {
  return sendOrder(directory, { action: 'status', names: [] }).then(
    () => true,
    () => false,
  );
}
