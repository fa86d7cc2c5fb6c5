/** The sandbox in a browser: pages of it, what one does there, and pictures of it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { violationsOn } from './axe.ts';
import { PROJECT } from './lint.ts';
import type { World } from './world.ts';

/** Where pictures go; git ignores it. */
const PICTURES = join(PROJECT, 'test/output/sandbox');

/** The sizes of a window on a desk, and of a phone. */
const DESK_SIZED = { width: 1440, height: 900 };
export const PHONE_SIZED = { width: 360, height: 780 };

/** The rules of axe that the colours decide. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** To be run before the page: voices that are found late and never say that they have ended. */
export const VOICES = `
  let voices = [];
  const spoken = window.spoken = [];
  const synthesis = Object.assign(new EventTarget(), {
    getVoices: () => voices, cancel() {}, speak: ({ text }) => void spoken.push(text) });
  Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  window.findVoices = () => { voices = [{ lang: 'sv_SE' }]; synthesis.dispatchEvent(new Event('voiceschanged')); };`;
/** What of the desk lies over the timeline or a pane. */
export const OVERLAPS = `(() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const inside = { top: box('.caption').top, bottom: box('.tl').top, left: box('.pane').right, right: box('.mob').left };
  return ['.dp .body', '.dp .set', '.keys'].filter((selector) => {
    const { top, bottom, left, right } = box(selector);
    return top < inside.top || bottom > inside.bottom || left < inside.left || right > inside.right;
  });
})()`;

/** How a page is opened besides what a browser context takes. */
interface Opening extends BrowserContextOptions {
  /** Runs in the page before anything of it, as source. */
  before?: string;
}

/** Opens the sandbox, by the address of the service, for the test that calls this; the time stands from then on. */
export async function openInBrowser(browser: Browser, world: World, { before, ...options }: Opening = {}) {
  world.time.pause();
  const context = await browser.newContext({ viewport: DESK_SIZED, ...options });
  onTestFinished(() => context.close());
  if (before) await context.addInitScript(before);
  return { context, ...(await openPage(await context.newPage(), world)) };
}

/** Another page in the same browser. */
export async function openPage(page: Page, world: World) {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('409')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(world.service.url ?? '');
  await page.locator('.track li').first().waitFor();
  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });

  const sandbox = {
    page,
    /** What the browser complained about, such as something that the policy does not allow. */
    complaints,
    button,
    see: (text: string | RegExp) => page.getByText(text).first().waitFor(),
    /** Waits for a caption. */
    caption: (text: string | RegExp) =>
      page.locator('.caption [aria-hidden]').filter({ hasText: text }).waitFor(),
    /** Waits until the timeline has come to a station. */
    station: (name: string, state = 'at') =>
      page.locator(`.track li.${state}`).filter({ hasText: name }).waitFor(),
    heading: (text: string | RegExp) =>
      page.locator('[data-part="timeline-heading"]').filter({ hasText: text }).waitFor(),
    /** Waits for the outcome webhook in the pane. */
    webhook: (outcome: string) =>
      page
        .locator('.hook')
        .filter({ hasText: `"outcome": "${outcome}"` })
        .waitFor(),
    method: (text: string | RegExp) => page.locator('.meth').filter({ hasText: text }).waitFor(),
    choose: async (name: string) => {
      await page.getByLabel('Person', { exact: true }).selectOption({ label: name });
    },
    pass: (ms: number) => world.time.advance(ms),
    /** Asks for a call and waits until the network has it. */
    async setUp() {
      await button('Set up my office phone').click();
      await sandbox.station('Dialled');
    },
    /** Asks for a call and lets it ring. */
    async ring() {
      await sandbox.setUp();
      await world.time.advance(700);
      await button('Handset. Answer').waitFor({ state: 'attached' });
    },
    /** Lets it ring, answers by lifting the handset, and waits for the question. */
    async answer() {
      await sandbox.ring();
      await button('Handset. Answer').click();
      await sandbox.asked();
    },
    /** Waits until the call waits for a key. */
    asked: () => page.locator('[data-key="#"].want').waitFor(),
    key: (name: string) => page.locator(`[data-key="${name}"]`).click(),
    /** Keeps a picture. */
    async picture(name: string) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    },
    /** Expects that the page breaks no rule of accessibility, in a wide and in a narrow window, light and dark. */
    async expectAccessible() {
      for (const size of [DESK_SIZED, PHONE_SIZED]) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: 'light' });
        expect(await violationsOn(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await violationsOn(page, COLOURS)).toEqual([]);
      }
    },
  };
  return sandbox;
}
