// A person signs in on the page in a browser, and comes back to a backend on another site: the one of docs/backends.md.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { scrollsSideways, violationsOn } from '../support/axe.ts';
import { browserForTests, hasBrowser } from '../support/browser.ts';
import { programsIn } from '../support/examples.ts';
import { PROJECT } from '../support/lint.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { newMobile, signer } from '../support/sign-ins.ts';

const PROGRAM = 'sign-in-page.mjs';

const { world } = worldOn('embedded');
const cwd = mkdtempSync(join(tmpdir(), 'poundkey-sign-in-page-'));
let backend: { url: string; stop: () => void };

/** The program as it stands in the document, with the client from the source and the time of the world. */
async function startBackend(key: string) {
  const program = programsIn(readFileSync(join(PROJECT, 'docs/backends.md'), 'utf8')).get(PROGRAM);
  writeFileSync(join(cwd, PROGRAM), program ?? '');
  const client = join(cwd, 'node_modules/poundkey-client');
  mkdirSync(client, { recursive: true });
  writeFileSync(join(client, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(client, 'index.js'), `export * from '${join(PROJECT, 'src/client.ts')}';\n`);
  const ahead = world.time.now() - Date.now();
  const clock = `const now = Date.now; Date.now = () => now() + ${ahead};`;
  const port = await freePort();
  // Another site than the service, which is at 127.0.0.1.
  const url = `http://localhost:${port}`;
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(clock)}`, PROGRAM],
    {
      cwd,
      env: {
        ...process.env,
        ...{ POUNDKEY_URL: world.service.url ?? '', POUNDKEY_API_KEY: key, TENANT_ID: 'contoso' },
        ...{ OWN_URL: url, PORT: String(port) },
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), SOON);
  return { url, stop: () => void child.kill('SIGKILL') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  backend = await startBackend(world.key);
  await setPolicy(world, {
    ...{ version: 1, smsSignIn: { allowed: true } },
    selfService: { returnUrls: [`${backend.url}/signed-in`, `${backend.url}/`] },
  });
}, 60_000);
afterAll(() => {
  backend?.stop();
  rmSync(cwd, { recursive: true, force: true });
});

describe.runIf(hasBrowser)('a page for signing in, in a browser', () => {
  const { browser } = browserForTests();

  /** A page whose complaints about the content security policy are kept. */
  async function newPage(javaScriptEnabled: boolean): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser().newContext({ javaScriptEnabled, locale: 'en-GB' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // What is answered with 4xx is said here as well, also for the icon that the browser asks the backend for.
      if (message.type() === 'error' && !/^Failed to load resource/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    return { page, complaints };
  }

  /** Comes from the backend, types the number and waits for the text. */
  async function typeNumber(page: Page, number: string): Promise<void> {
    await page.goto(`${backend.url}/sign-in`);
    await page.getByLabel('Phone number').fill(number);
    await page.getByRole('button', { name: 'Text me a code' }).click();
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor();
    await world.sendTexts();
  }

  test('leads back to a backend on another site, with the assertion', async () => {
    const { number, userId } = await signer(world);
    const { page, complaints } = await newPage(true);
    await typeNumber(page, number);
    expect(new URL(page.url()).origin).toBe(world.service.url);
    // Six digits send themselves, pasted with a space too.
    await page.getByLabel('Code from the message').fill(world.codeOn(number).replace(/^.../, '$& '));
    await page.waitForURL(`${backend.url}/signed-in`);
    expect(await page.locator('body').textContent()).toBe(`Signed in as ${userId}`);
    expect(complaints).toEqual([]);
    // Back in the browser is back: it does not lead forth again by itself, and what was used counts no more.
    await page.goBack();
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${backend.url}/signed-in`);
    expect(await page.locator('body').textContent()).toContain('You are not signed in');
    await page.context().close();
  });

  test('does the same without scripts', async () => {
    const { number, userId } = await signer(world);
    const { page } = await newPage(false);
    await typeNumber(page, number);
    await page.getByLabel('Code from the message').fill('12345');
    await page.getByRole('button', { name: 'Verify' }).click();
    expect(await page.locator('.error').textContent()).toContain('The code has six digits.');
    await page.getByLabel('Code from the message').fill(world.codeOn(number));
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${backend.url}/signed-in`);
    expect(await page.locator('body').textContent()).toBe(`Signed in as ${userId}`);
    await page.context().close();
  });

  test('goes on when the answer to the number was lost, and the page is loaded again', async () => {
    const { number } = await signer(world);
    const { page } = await newPage(true);
    await page.goto(`${backend.url}/sign-in`);
    await page.getByLabel('Phone number').fill(number);
    await page.route('**/sign-in/link/*', async (route) => {
      await route.fetch({ maxRedirects: 0 });
      await page.context().clearCookies();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Text me a code' }).click();
    await page.waitForURL('chrome-error://chromewebdata/');
    await page.unroute('**/sign-in/link/*');
    await page.reload();
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor();
    await world.sendTexts();
    await page.getByLabel('Code from the message').fill(world.codeOn(number));
    await page.waitForURL(`${backend.url}/signed-in`);
    expect(world.simulator.texts().filter(({ to }) => to === number)).toHaveLength(1);
    await page.context().close();
  });

  test('shows an unknown number the same, and lets no form go elsewhere', async () => {
    const { page, complaints } = await newPage(true);
    await typeNumber(page, newMobile());
    await page.getByLabel('Code from the message').fill('123456');
    await page.getByText('That is not the code. You have 4 tries left.').waitFor();
    expect(complaints).toEqual([]);
    const here = page.url();
    await page.evaluate(`(() => {
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: '${backend.url}/signed-in' });
      document.body.append(form);
      form.submit();
    })()`);
    await vi.waitFor(() => expect(complaints.join()).toContain('form-action'), SOON);
    expect(page.url()).toBe(here);
    await page.context().close();
  });

  test('breaks no rule for people who see or operate it otherwise, light and dark, down to 320 px', async () => {
    const { page } = await newPage(true);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const look = async (state: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
        expect([await violationsOn(page), await scrollsSideways(page)], `${state}, ${colorScheme}`).toEqual([
          [],
          false,
        ]);
      }
    };
    await page.goto(`${backend.url}/sign-in`);
    await page.getByLabel('Phone number').waitFor();
    await look('number');
    await typeNumber(page, newMobile());
    await look('code');
    await page.getByLabel('Code from the message').fill('123456');
    await page.getByText('That is not the code.').waitFor();
    await look('wrong code');
    await page.context().close();
  });

  test('takes nobody in whose browser did not begin the sign-in', async () => {
    const { number } = await signer(world);
    const { page } = await newPage(true);
    await typeNumber(page, number);
    await page.context().clearCookies({ name: '__Host-sign-in' });
    await page.getByLabel('Code from the message').fill(world.codeOn(number));
    await page.waitForURL(`${backend.url}/signed-in`);
    expect(await page.locator('body').textContent()).toContain('You are not signed in');
    await page.context().close();
  });

  test.each([320, 390, 1280])('does not scroll sideways in a window of %i pixels', async (width) => {
    const { page } = await newPage(true);
    await page.setViewportSize({ width, height: 844 });
    for (const step of ['number', 'code']) {
      if (step === 'number') await page.goto(`${backend.url}/sign-in`);
      else await typeNumber(page, newMobile());
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), step).toBe(
        true,
      );
    }
    await page.context().close();
  });
});
