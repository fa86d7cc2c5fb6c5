// Every language on the narrowest window, and the page from right to left.
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scrollsSideways, violationsOn } from '../../support/axe.ts';
import { browserForTests } from '../../support/browser.ts';
import { openPageWorld, type PageWorld } from '../../support/page-world.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../../support/stores.ts';

const SHOTS = join(import.meta.dirname, '../../output/page');
const LANGUAGES = readdirSync(join(import.meta.dirname, '../../../src/self-service/messages')).map((file) =>
  basename(file, '.json'),
);

/** Buttons whose words are cut off, or stand on more than two lines. */
const CROWDED = `[...document.querySelectorAll('main button, main a.button')]
  .filter((button) => button.checkVisibility())
  .filter((button) => {
    const parts = [];
    const texts = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (texts.currentNode.parentElement.closest('.hidden')) continue;
      const words = document.createRange();
      words.selectNodeContents(texts.currentNode);
      parts.push(...words.getClientRects());
    }
    const { left, right } = button.getBoundingClientRect();
    const lines = new Set(parts.map(({ bottom }) => Math.round(bottom / 8)));
    return lines.size > 2 || parts.some((part) => part.left < left || part.right > right);
  })
  .map((button) => button.textContent)`;

describe('the page in every language', () => {
  const { browser } = browserForTests();
  let stores: FreshStores;
  let world: PageWorld;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    stores = await freshStores(ANY_STORE);
    world = await openPageWorld(stores, { smsSignIn: { allowed: true } });
  });
  afterAll(async () => {
    await world.close();
    await stores.drop();
  });

  /** Looks at a state in each language, and from right to left. */
  async function look(page: Page, name: string): Promise<void> {
    for (const language of LANGUAGES) {
      await Promise.all([
        page.waitForEvent('domcontentloaded'),
        page.evaluate(`{
          const button = document.querySelector('.languages button[value="${language}"]');
          button.form.requestSubmit(button);
        }`),
      ]);
      await page.locator(`html[lang="${language}"] #title`).waitFor();
      const seen = { crowded: await page.evaluate(CROWDED), sideways: await scrollsSideways(page) };
      expect(seen, `${name} in ${language}`).toEqual({ crowded: [], sideways: false });
    }
    await page.evaluate("document.documentElement.dir = 'rtl'");
    await page.screenshot({ path: join(SHOTS, `${name}-rtl.png`), fullPage: true });
    expect([await violationsOn(page), await scrollsSideways(page)], `${name} rtl`).toEqual([[], false]);
  }

  test('has room for its words at 320 px, and can be mirrored', async () => {
    const { typed, e164 } = world.newNumber();
    world.script(e164, { pickUp: { kind: 'byHand' }, reactions: [] });
    const context = await browser().newContext({
      ...{ viewport: { width: 320, height: 640 }, locale: 'en-US', reducedMotion: 'reduce' },
    });
    const page = await context.newPage();
    await page.goto(await world.link('polyglot'));
    await page.locator('.button.primary').click();
    await look(page, 'languages-choose');
    await page.locator('a.choice').first().click();
    await look(page, 'languages-number');
    await page.locator('#country').fill('+46');
    await page.keyboard.press('Enter');
    await page.locator('#number').fill(typed);
    await page.locator('.number-form .button.primary').click();
    await page.locator('.large-number').waitFor();
    await look(page, 'languages-confirm');
    await page.locator('.button.primary').click();
    await page.locator('[data-live=trail] li:nth-child(3)[aria-current]').waitFor();
    await look(page, 'languages-ringing');
    await page.locator('form[action$="/now/cancel"] button').click();
    await page.locator('.reasons').waitFor();
    await look(page, 'languages-canceled');
    world.script(e164, {
      pickUp: { kind: 'answer', afterMs: 100, by: 'human' },
      reactions: [{ on: 'prompt', afterMs: 100, press: '#' }],
    });
    await page.locator('.button.primary').click();
    await page.locator('[data-secret]').waitFor({ timeout: 30_000 });
    await look(page, 'languages-done');
    await page.locator('.button').first().click();
    await page.locator('.card').first().waitFor();
    await look(page, 'languages-phones');
  }, 180_000);
});
