// The page of the API in a browser: people read it and try requests from it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violationsIn } from '../support/axe.ts';
import { browserForTests, hasBrowser } from '../support/browser.ts';
import { worldOn } from '../support/open-worlds.ts';

/** Each step of Swagger UI takes a busy machine some seconds. */
const PATIENTLY = { timeout: 120_000 };

/** Runs in the browser: whether the page scrolls sideways, and what reaches beyond the window. */
const MEASURE = `({
  scrolls: document.documentElement.scrollWidth > window.innerWidth,
  outside: [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > window.innerWidth)
    .map((each) => each.textContent.slice(0, 80)),
})`;

/** Runs in the browser: puts a script and a style into the page, as somebody would who found a way in. */
const INJECT = `new Promise((resolve) => {
  const refused = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    refused.push(effectiveDirective);
    if (refused.length === 3) resolve(refused.sort());
  });
  const script = Object.assign(document.createElement('script'), { textContent: 'window.ran = true' });
  const style = Object.assign(document.createElement('style'), { textContent: 'body { display: none }' });
  document.body.append(script, style);
  document.querySelector('#state').innerHTML = '<img src="x:" onerror="window.ran = true">';
})`;

if (hasBrowser) {
  const { world } = worldOn('embedded');
  const { browser } = browserForTests();
  /** One page for all tests, since showing some eighty operations takes a second or two of processor time. */
  let page: Page;
  /** What it asked for, and what went wrong in it. */
  const [asked, wrong]: [string[], string[]] = [[], []];

  beforeAll(async () => {
    page = await browser().newPage();
    page.setDefaultTimeout(PATIENTLY.timeout);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text());
    });
    await page.goto(`${world.service.url}/docs`);
    await page.locator('.opblock').first().waitFor();
  });
  afterAll(() => page?.close());

  /** Opens an operation, fills its body in if it has one, and sends the request. @returns what shows the answer */
  async function tryOut(operationId: string, body?: object) {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    if (body) await operation.locator('textarea').fill(JSON.stringify(body));
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.waitFor();
    return answer;
  }

  describe('the page /docs', PATIENTLY, () => {
    test('lists every operation and every webhook, by the groups of the description', async () => {
      const { body } = await world.api('GET', '/openapi.json');
      const operations = [body.paths, body.webhooks].flatMap((part: Record<string, object>) =>
        Object.values(part).flatMap((methods) => Object.values(methods) as { operationId: string }[]),
      );
      expect(operations.length).toBeGreaterThan(40);
      const ids = await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id));
      for (const { operationId } of operations)
        expect(ids.filter((id) => id.endsWith(`-${operationId}`))).toHaveLength(1);
      const tags = await page.locator('h3.opblock-tag').count();
      expect(tags).toBe(body.tags.length);
      expect(await page.locator('#state').textContent()).toBe('');
    });

    test.each([320, 390, 768, 1280])('does not scroll sideways in a window of %i pixels', async (width) => {
      await page.setViewportSize({ width, height: 844 });
      expect(await page.evaluate(MEASURE)).toEqual({ scrolls: false, outside: [] });
    });

    test.each(['light', 'dark'] as const)('is accessible in our own part of it (%s)', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      expect(await violationsIn(page, 'header')).toEqual({});
    });

    test('shows what the API says to a request without an API key', async () => {
      expect(await (await tryOut('readKey')).textContent()).toContain('apiKey.missing');
    });

    test('has a request carried out with an API key', async () => {
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.getByLabel('auth-bearer-value').fill(world.key);
      await page.getByRole('button', { name: 'Apply credentials' }).click();
      await page.getByRole('button', { name: 'Close' }).click();
      const answer = await tryOut('requestVerification', { userId: 'tried', number: world.newNumber() });
      expect(await answer.locator('.response-col_status').last().textContent()).toContain('201');
      const [{ id }] = (await world.api('GET', '/v1/verifications?userId=tried')).body.value;
      expect(await answer.textContent()).toContain(id);
    });

    test('asks nobody but this service for anything, and its policy has nothing to refuse', () => {
      const { origin } = new URL(world.service.url ?? '');
      expect(asked).toContain(`${origin}/v1/verifications`);
      expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
      // That of the request without a key.
      expect(wrong).toEqual([expect.stringContaining('401')]);
    });

    test('does not run a script or show a style that was put into it', async () => {
      expect(await page.evaluate(INJECT)).toEqual(['script-src-attr', 'script-src-elem', 'style-src-elem']);
      expect(await page.evaluate('window.ran')).toBeUndefined();
      expect(await page.locator('header').isVisible()).toBe(true);
    });

    test('leads to the description where there is no JavaScript', async () => {
      const plain = await browser().newPage({ javaScriptEnabled: false });
      await plain.goto(`${world.service.url}/docs`);
      expect(await plain.locator('noscript').textContent()).toContain('Without JavaScript');
      await plain.close();
    });
  });
}
