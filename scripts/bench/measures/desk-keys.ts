/** The keys of the desk phone in the sandbox: from a key of the computer until it has moved there, and until its tone begins. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { median } from '../statistics.ts';

/** Keys that are measured. */
const PRESSES = 40;
/** Between two keys, ms. */
const BETWEEN_MS = 150;

/** Notes each key: when the tone was started, and in the first frame after it whether it shows. */
const NOTE_KEYS = `window.presses = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  const press = window.presses.at(-1);
  if (press) press.toneMs ??= performance.now() - press.at;
  return start.apply(this, when);
};
addEventListener('keydown', ({ timeStamp }) => {
  const press = { at: timeStamp, toneMs: undefined, frameMs: undefined, isShown: false };
  window.presses.push(press);
  requestAnimationFrame(() => {
    press.frameMs = performance.now() - timeStamp;
    press.isShown = document.querySelector('.dp .down') !== null;
  });
}, true);`;

interface Press {
  toneMs?: number;
  frameMs: number;
  isShown: boolean;
}

/** What was measured, ms; medians. */
export interface DeskKeys {
  /** Keys that showed in the first frame after them. */
  shown: number;
  presses: number;
  /** From the key to that frame. */
  frameMs: number;
  /** From the key until its tone was started. */
  toneMs: number;
}

/** @param url of a service with the sandbox */
export async function measureDeskKeys(url: string, browser: Browser): Promise<DeskKeys> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(NOTE_KEYS);
    await page.goto(url);
    await page.locator('.dp').focus();
    for (let press = 0; press < PRESSES; press += 1) {
      await page.keyboard.press('5', { delay: BETWEEN_MS / 2 });
      await pause(BETWEEN_MS / 2);
    }
    const presses = (await page.evaluate('window.presses')) as Press[];
    const sounding = presses.flatMap(({ toneMs }) => (toneMs === undefined ? [] : [toneMs]));
    return {
      shown: presses.filter(({ isShown }) => isShown).length,
      presses: presses.length,
      frameMs: median(presses.map(({ frameMs }) => frameMs)),
      toneMs: median(sounding),
    };
  } finally {
    await context.close();
  }
}
