/** What axe finds wrong with a page. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** The rules that a part of a page breaks, each with the elements that do. @param selector of the part */
export async function violationsIn(page: Page, selector: string): Promise<Record<string, string[]>> {
  // Not as an element of the page, whose policy would refuse it.
  await page.evaluate(AXE);
  const found = await page.evaluate(`axe.run(${JSON.stringify(selector)})`);
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]));
}
