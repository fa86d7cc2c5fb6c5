import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** What pages are given to run. */
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A page that fades in has less contrast until it has: what comes to an end is waited for. */
const STILL = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime)).map(({ finished }) => finished))`;

/** What axe finds against WCAG 2.2, levels A and AA, or by the rules or tags that are given: one line for each violation and place. */
export async function violationsOn(page: Page, only: string[] = WCAG): Promise<string[]> {
  // Not as a script of the page: its content security policy would refuse it. Reading it takes long, so it is read once.
  if (await page.evaluate(`typeof axe === 'undefined'`)) await page.evaluate(AXE);
  return page.evaluate(`(async () => {
    await ${STILL};
    const { violations } = await axe.run(document, { runOnly: ${JSON.stringify(only)}, resultTypes: ['violations'], preload: false });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary));
  })()`);
}

/** Whether something makes the page scroll sideways. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

/** The rules that a part of a page breaks, each with the elements that do. @param selector of the part */
export async function violationsIn(page: Page, selector: string): Promise<Record<string, string[]>> {
  // Not as an element of the page, whose policy would refuse it.
  await page.evaluate(AXE);
  const found = await page.evaluate(`${STILL}.then(() => axe.run(${JSON.stringify(selector)}))`);
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]));
}
