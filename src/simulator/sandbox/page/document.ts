/** The page as HTML, with what does not change and the first view. Scripts and styles are files of their own, for the strict policy. */
import { html } from 'hono/html';
import type { View } from '../browser/view.ts';
import { backendPane } from './backend-pane.ts';
import { bar } from './bar.ts';
import { desk } from './desk.ts';
import { drawers } from './drawers.ts';
import { mobile } from './mobile.ts';
import { timeline } from './timeline.ts';

/** The whole page. */
export async function renderPage(view: View): Promise<string> {
  return String(
    await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Sandbox – Poundkey</title>
<link rel="icon" href="/sandbox/mark.svg"><link rel="stylesheet" href="/sandbox/style.css"><script type="module" src="/sandbox/browser/main.ts"></script></head>
<body><div class="sb">${bar()}
<p class="gone" data-part="gone" role="alert" hidden>The sandbox does not answer. Is Poundkey still running? This page comes back by itself.</p>
<noscript><p class="gone">The sandbox needs JavaScript: the phone rings in your browser.</p></noscript>
<main class="stage">${backendPane(view)}${desk()}${mobile(view)}</main>
${timeline()}</div>${drawers()}</body></html>
`,
  );
}
