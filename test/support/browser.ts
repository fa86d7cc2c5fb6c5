/** A browser for tests of pages. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { HOW_TO_INSTALL, hasChromium, launchChromium } from './chromium.ts';

if (!hasChromium) {
  const message = `Tests in a browser are left out: no Chromium. To run them: ${HOW_TO_INSTALL}`;
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(message);
  process.stderr.write(`${message}\n`);
}

/** Whether there is a browser; where there is none, its tests are skipped with a message. */
export const hasBrowser = hasChromium;

/** A browser for the tests of a file; it is closed after them. */
export function browserForTests(): { browser: () => Browser } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (hasChromium) browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());
  return {
    browser() {
      if (!browser) throw new Error('The browser is not running: call this inside a test.');
      return browser;
    },
  };
}
