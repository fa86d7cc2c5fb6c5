/**
 * The page where people set their phones up, in a browser: from `#` on the phone until the page shows that it is registered,
 * and from opening the link until then for somebody who reads, types and picks up the phone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../test/support/chromium.ts';
import { openPageWorld, type PageWorld } from '../../../test/support/page-world.ts';
import type { Bench } from '../bench.ts';
import { quantile } from '../statistics.ts';
import { number } from '../table.ts';
import { type DeskKeys, measureDeskKeys } from './desk-keys.ts';
import { type Measure, progress } from './measure.ts';

/** Calls that are measured. */
const RUNS = 50;
/** Calls before them: a process and a browser that have just started compile while they work. */
const WARM_UP = 5;
/** How long somebody takes, ms: to read a page, for each key that is typed, to pick up, and to press the key. */
const ATTENTIVE = { reads: 2_000, types: 150, picksUp: 3_000, presses: 4_000 };
/** Keeps when the app password has been drawn: the frame after the one that found it. */
const NOTE_DONE = `requestAnimationFrame(function look() {
  requestAnimationFrame(document.querySelector('[data-secret]') ? () => { window.doneAt = Date.now(); } : look);
});`;

/** Keeps how far things moved that nobody had touched (Layout Instability), and how long the slowest key took until it was drawn, ms. */
const NOTE_FEEL = `window.shift = 0;
window.slowestKeyMs = 0;
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, durationThreshold: 16 });
watch('layout-shift', (entry) => { if (!entry.hadRecentInput) window.shift += entry.value; });
watch('event', (entry) => {
  if (entry.name === 'keydown') window.slowestKeyMs = Math.max(window.slowestKeyMs, entry.duration);
});`;

/** What the page and its files weighed on the wire, bytes. */
const WEIGHT = `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, { transferSize }) => sum + transferSize, 0)`;

/** Resolves to that time; the page's policy lets nothing be evaluated in a loop of the browser driver's own. */
const DONE_AT = `new Promise((resolve) => {
  const look = () => (window.doneAt ? resolve(window.doneAt) : requestAnimationFrame(look));
  look();
})`;

/** `page`. */
export const page: Measure = {
  name: 'page',
  about: `the self-service page in a browser: ${RUNS} calls from # to "done", and one whole set-up (about 6 min)`,
  async run(bench) {
    const browser = await launchChromium();
    const world = await openPageWorld(await placeIn(bench), {}, { sandbox: true });
    try {
      progress('calls from # to done');
      const afterKey: number[] = [];
      for (let run = 0; run < WARM_UP + RUNS; run += 1) {
        const ms = await measureKey(world, browser, `run-${run}`);
        if (run >= WARM_UP) afterKey.push(ms);
      }
      progress('one set-up by somebody who reads and types');
      const whole = await measureAttentive(world, browser);
      progress('keys of the desk phone');
      const keys = await measureDeskKeys(world.url, browser);
      return { tables: [tableOf(afterKey, whole, keys)], raw: { afterKey, whole, keys } };
    } finally {
      await browser.close();
      await world.close();
    }
  },
};

async function placeIn(bench: Bench): Promise<Parameters<typeof openPageWorld>[0]> {
  const url = bench.postgres.urlOf(await bench.postgres.createDatabase());
  return {
    database: { kind: 'postgres', url, poolSize: 20, withQueueTables: false },
    queue: { kind: 'redis', url: bench.redis.server.url, prefix: 'bench-page' },
    databaseUrl: url,
    redisUrl: bench.redis.server.url,
    drop: async () => undefined,
  };
}

/** From the key to the page, ms. */
async function measureKey(world: PageWorld, browser: Browser, userId: string): Promise<number> {
  const { typed, e164 } = world.newNumber();
  world.script(e164, { pickUp: { kind: 'byHand' }, reactions: [] });
  return inWindow(browser, async (window) => {
    await window.goto(await world.link(userId));
    await window.locator('.button.primary').click();
    await window.locator('a.choice').first().click();
    await typeNumber(window, (field) => field.fill(typed));
    await window.locator('.button.primary').click();
    await reaches(window, 3);
    world.service.simulator?.hands.act(e164, { do: 'answer' });
    await reaches(window, 4);
    await pause(500);
    return pressAndWait(world, window, e164);
  });
}

/** One set-up by somebody who reads and types. */
interface WholeSetUp {
  /** From opening the link to the page that says it is done, s. */
  seconds: number;
  /** What the first page and its files weigh on the wire, bytes. */
  firstViewBytes: number;
  /** The largest layout shift of a page, as browsers add it up. */
  shift: number;
  /** The slowest key from its press until it was drawn, ms; browsers round to 8 ms and say nothing of less than 16. */
  slowestKeyMs: number;
}

async function measureAttentive(world: PageWorld, browser: Browser): Promise<WholeSetUp> {
  const { typed, e164 } = world.newNumber();
  world.script(e164, { pickUp: { kind: 'byHand' }, reactions: [] });
  const link = await world.link('attentive');
  return inWindow(browser, async (window) => {
    const opened = Date.now();
    const click = async (what: string) => {
      await window.locator(what).first().waitFor();
      await pause(ATTENTIVE.reads);
      await window.locator(what).first().click();
    };
    await window.goto(link);
    const firstViewBytes = Number(await window.evaluate(WEIGHT));
    await click('.button.primary');
    await click('a.choice');
    let slowestKeyMs = 0;
    const shifts: number[] = [];
    await typeNumber(window, async (field) => {
      await pause(ATTENTIVE.reads);
      await field.pressSequentially(typed, { delay: ATTENTIVE.types });
      slowestKeyMs = Number(await window.evaluate('window.slowestKeyMs'));
      shifts.push(Number(await window.evaluate('window.shift')));
    });
    await click('.button.primary');
    await reaches(window, 3);
    await pause(ATTENTIVE.picksUp);
    world.service.simulator?.hands.act(e164, { do: 'answer' });
    await reaches(window, 4);
    await pause(ATTENTIVE.presses);
    await pressAndWait(world, window, e164);
    const seconds = (Date.now() - opened) / 1_000;
    shifts.push(Number(await window.evaluate('window.shift')));
    return { seconds, firstViewBytes, shift: Math.max(...shifts), slowestKeyMs };
  });
}

/** A window of a person of their own. */
async function inWindow<T>(browser: Browser, visit: (window: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'sv-SE' });
  try {
    const window = await context.newPage();
    await window.addInitScript(NOTE_DONE);
    await window.addInitScript(NOTE_FEEL);
    return await visit(window);
  } finally {
    await context.close();
  }
}

async function typeNumber(window: Page, type: (field: ReturnType<Page['locator']>) => Promise<void>) {
  await window.locator('#country').click();
  await window.keyboard.type('sve');
  await window.keyboard.press('Enter');
  await type(window.locator('#number'));
  await window.locator('.number-form .button.primary').click();
  await window.locator('.large-number').waitFor();
}

/** Waits until the call has come to a step: the third is that it rings, the fourth that it was answered. */
async function reaches(window: Page, step: number): Promise<void> {
  await window.locator(`[data-live=trail] li:nth-child(${step})[aria-current]`).waitFor();
}

async function pressAndWait(world: PageWorld, window: Page, e164: string): Promise<number> {
  const pressed = Date.now();
  world.service.simulator?.hands.act(e164, { do: 'press', key: '#' });
  await window.locator('[data-secret]').waitFor();
  return Number(await window.evaluate(DONE_AT)) - pressed;
}

function tableOf(afterKey: readonly number[], whole: WholeSetUp, keys: DeskKeys) {
  const rows = [
    [
      `# to "done", ${afterKey.length} calls`,
      `${number(quantile(afterKey, 0.5))} ms`,
      `${number(quantile(afterKey, 0.95))} ms`,
      `${number(Math.max(...afterKey))} ms`,
    ],
    [
      'link to "done", with pauses for reading, typing and picking up',
      `${number(whole.seconds, 1)} s`,
      '',
      '',
    ],
    ['the first page and its files, on the wire', `${number(whole.firstViewBytes / 1_000, 1)} kB`, '', ''],
    ['layout shift, of the pages for the number and the call', number(whole.shift, 3), '', ''],
    ['the slowest key of the number until it was drawn', `${number(whole.slowestKeyMs)} ms`, '', ''],
    [
      `a key of the desk phone until the next frame; ${keys.shown} of ${keys.presses} showed in it`,
      `${number(keys.frameMs, 1)} ms`,
      '',
      '',
    ],
    ['a key of the desk phone until its tone was started', `${number(keys.toneMs, 1)} ms`, '', ''],
  ];
  return { id: 'page', title: 'The page', columns: ['', 'median', 'p95', 'most'], rows };
}
