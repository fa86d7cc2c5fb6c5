// The service as the production image starts it: everything that it reads from files is found from the bundle, too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { builtService } from '../support/built-service.ts';
import { type RunningScript, startScript } from '../support/run-script.ts';

const DATA_DIR = join(inject('runDirectory'), 'bundled-service');
/** How long a start may take on a busy machine, ms. */
const PATIENTLY = { timeout: 60_000, interval: 50 };

let service: RunningScript;
/** The addresses that its log names. */
let urls: { api: string; ops: string; sandbox: string };

beforeAll(async () => {
  const settings = { NODE_ENV: 'development', DATA_DIR, PORT: '0', OPS_PORT: '0', SIMULATOR_PORT: '0' };
  service = startScript(await builtService(), [], settings);
  await vi.waitFor(() => expect(service.output()).toContain('"msg":"Poundkey is ready"'), PATIENTLY);
  const lines = service
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): { msg: string; url?: string } => JSON.parse(line));
  const urlIn = (start: string) => lines.find(({ msg }) => msg.startsWith(start))?.url ?? '';
  urls = {
    api: urlIn('Poundkey is ready'),
    ops: urlIn("operators' port"),
    sandbox: urlIn('the simulator places the calls'),
  };
});
afterAll(async () => {
  service.process.kill('SIGTERM');
  await service.exit;
});

/** Gets a page and everything that it loads. @returns the page, and how many files it loaded */
async function load(url: string): Promise<{ html: string; files: number }> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  const html = await response.text();
  const { origin } = new URL(url);
  const links = [...html.matchAll(/<(?:script|link)[^>]*\b(?:src|href)="([^"]+)"/g)]
    .map(([, link = '']) => new URL(link, url))
    // The board's page names a server for fonts, which its policy does not allow.
    .filter((link) => link.origin === origin);
  for (const link of links) expect((await fetch(link)).status, link.href).toBe(200);
  return { html, files: links.length };
}

const key = () => readFileSync(join(DATA_DIR, 'api-key'), 'utf8').trim();

test('it can do its work', async () => {
  const ok = { status: 'ok' };
  const checks = { registry: ok, queue: ok, prompts: ok, providers: ok };
  await vi.waitFor(async () => {
    const response = await fetch(`${urls.ops}/readyz`);
    expect(await response.json()).toMatchObject({ status: 'ready', checks });
  }, PATIENTLY);
});

test.each([
  ['of the API', () => `${urls.api}/docs`],
  ['of the sandbox', () => `${urls.sandbox}/`],
  ['of the queue', () => `${urls.ops}/board/`],
])('the page %s is there, with its styles and scripts', async (_, url) => {
  expect((await load(url())).files).toBeGreaterThan(1);
});

test('people set their phones up in their language', async () => {
  const response = await fetch(`${urls.api}/v1/users/anna/self-service-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ locale: 'sv' }),
  });
  expect(response.status).toBe(201);
  const { url } = (await response.json()) as { url: string };
  const { html, files } = await load(url);
  expect(html).toContain('<html lang="sv"');
  expect(files).toBeGreaterThan(1);
});
