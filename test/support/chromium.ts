/** Chromium as Debian and others package it, for tests and the benchmark of pages. */
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './processes.ts';

/** How a machine without it gets it. */
export const HOW_TO_INSTALL = 'apt-get install chromium-headless-shell';

/** Null where there is none. The headless shell takes half the processor time of one that draws windows. */
const program = findProgram(['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']);

/** Whether there is a Chromium. */
export const hasChromium = program !== null;

/** Starts it. @throws Error when there is none */
export async function launchChromium(): Promise<Browser> {
  if (program === null) throw new Error(`No Chromium is installed. To get one: ${HOW_TO_INSTALL}`);
  // Without its sandbox, since root, as which tests run in containers, cannot have one. Pages are our own.
  return chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
}
