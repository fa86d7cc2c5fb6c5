/** The programs that documents show: blocks of code whose first line is a comment with the name of a file. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, vi } from 'vitest';
import { SOON } from './own-time.ts';

/** The text of each program, by its name. */
export function programsIn(markdown: string): Map<string, string> {
  const blocks = markdown.matchAll(/^```\w+\n((?:<\?php )?(?:\/\/|#) ([\w-]+\.\w+)\n.*?)^```$/gms);
  return new Map(Array.from(blocks, ([, text = '', name = '']) => [name, text]));
}

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = JSON.stringify({
  type: 'verification.finished',
  timestamp: new Date().toISOString(),
  data: { userId: 'u-1842', outcome: 'approved' },
});

/**
 * Starts a program that receives outcome webhooks, sends it what is right and what is wrong, and expects that it tells
 * them apart, prints the right ones with id, type and outcome, and answers 204 or 400.
 * @param program.args get the port as their last one where it is not told by `PORT`
 */
export async function expectToTellWebhooksApart(program: {
  command: string;
  args: (port: number) => string[];
  cwd: string;
}): Promise<void> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), POUNDKEY_WEBHOOK_SECRET: SECRET };
  const child = spawn(program.command, program.args(port), { cwd: program.cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const post = async (headers: Record<string, string>, body = BODY) =>
    (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status;
  await vi.waitFor(async () => expect(await post({})).toBe(400), SOON);
  const now = new Date();
  const stale = new Date(now.getTime() - 400_000);
  const early = new Date(now.getTime() + 400_000);
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(await post(signed('m-1', now))).toBe(204);
  expect(await post(signed('m-2', now, other))).toBe(400);
  expect(await post(signed('m-3', stale))).toBe(400);
  expect(await post(signed('m-4', early))).toBe(400);
  expect(await post(signed('m-5', now), BODY.replace('approved', 'fraudReported'))).toBe(400);
  expect(await post({ ...signed('m-6', now), 'webhook-id': 'm-7' })).toBe(400);
  expect(await post({ ...signed('m-8', now), 'webhook-signature': 'v1,AAAA' })).toBe(400);
  const both = [signed('m-9', now, other), signed('m-9', now)].map((each) => each['webhook-signature']);
  expect(await post({ ...signed('m-9', now), 'webhook-signature': both.join(' ') })).toBe(204);
  await vi.waitFor(() => expect(said.match(/^m-.*$/gm)).toHaveLength(2), SOON);
  for (const line of said.match(/^m-.*$/gm) ?? [])
    expect(line).toMatch(/^m-[19] verification\.finished (u-1842 )?approved$/);
}

function signed(id: string, at: Date, secret = SECRET) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, BODY),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
