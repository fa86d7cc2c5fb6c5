/** A browser for tests of pages: Chromium as Debian and others package it. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { findBrowser } from './processes.ts';

const program = findBrowser();
if (program === null) {
  const message =
    'Tests in a browser are left out: no Chromium. To run them: apt-get install chromium-headless-shell';
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(message);
  process.stderr.write(`${message}\n`);
}

/** Whether there is a browser; where there is none, its tests are skipped with a message. */
export const hasBrowser = program !== null;

/** A browser for the tests of a file; it is closed after them. */
export function browserForTests(): { browser: () => Browser } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Without its sandbox, since root, as which tests run in containers, cannot have one. Pages are our own.
    if (program) browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => browser?.close());
  return {
    browser() {
      if (!browser) throw new Error('The browser is not running: call this inside a test.');
      return browser;
    },
  };
}
