// The API as a page, in a browser.
import { describe, expect, test } from 'vitest';
import { browserForTests, hasBrowser } from '../support/browser.ts';
import { worldOn } from '../support/open-worlds.ts';

const { world } = worldOn('embedded');

/** Runs in the browser: whether the page scrolls sideways, and what reaches beyond the window. */
const MEASURE = `({
  scrolls: document.documentElement.scrollWidth > window.innerWidth,
  outside: [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > window.innerWidth)
    .map((each) => each.textContent.slice(0, 80)),
})`;

describe.runIf(hasBrowser)('the page /docs', () => {
  const { browser } = browserForTests();

  test.each([320, 390, 768, 1280])('does not scroll sideways in a window of %i pixels', async (width) => {
    const page = await browser().newPage({ viewport: { width, height: 844 } });
    await page.goto(`${world.service.url}/docs`);
    const found = await page.evaluate(MEASURE);
    await page.close();
    expect(found).toEqual({ scrolls: false, outside: [] });
  });

  test('shows what is sent to the webhook endpoint as well', async () => {
    const page = await browser().newPage();
    await page.goto(`${world.service.url}/docs`);
    await page.getByRole('link', { name: 'verification.finished' }).click();
    expect(page.url()).toMatch(/#receiveOutcome$/);
    expect(await page.locator('#receiveOutcome').textContent()).toContain('webhook-signature');
    await page.close();
  });
});
