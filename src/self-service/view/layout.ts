import { raw } from 'hono/html';
import { ASSETS } from '../assets/assets.ts';
import { type Html, html, NONE } from './html.ts';
import { icon, mark } from './icons.ts';
import type { PageView } from './page-view.ts';

/** One page. */
export interface Page {
  /** The heading, also in the title of the window. */
  title: string;
  /** What stands before the heading in the title of the window: that there is an error. */
  titlePrefix?: string;
  /** The place among the pages of the set-up, 1 to 4; left out: it is none of them. */
  step?: number;
  /** How wide the sheet is; with `side` it has two columns. */
  width?: 'list' | 'small' | 'middle';
  /** What stands above the heading. */
  above?: Html;
  body: Html;
  /** Whether scripts may draw it in the place of the page that it follows. */
  isDrawnInPlace?: boolean;
  /** The side with the phone. */
  side?: Html;
  /** Whether the side has words worth showing where there is no room for the drawing. */
  sideOnPhones?: boolean;
  /** Dialogs, outside the sheet. */
  after?: Html;
}

const STEPS = 4;

/** The whole document. */
export function layout(view: PageView, page: Page): string {
  const { language, brand } = view;
  const { text } = language;
  const prefix = page.titlePrefix === undefined ? '' : `${page.titlePrefix}: `;
  const document = html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>${prefix}${page.title} – ${brand.name}</title>
<link rel="icon" href="${view.files}/${ASSETS.version}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${view.files}/${ASSETS.version}/page.css">
${brand.stylesheet === null ? NONE : html`<link rel="stylesheet" href="${brand.stylesheet}">`}
<script type="module" src="${view.files}/${ASSETS.version}/page.js"></script>
</head>
<body data-now="${view.now.toISOString()}"${page.titlePrefix === undefined ? NONE : html` data-title="${page.title} – ${brand.name}"`}${sessionData(view)}>
${header(view)}
<main class="sheet ${page.side ? 'two-columns' : (page.width ?? 'list')}"${page.isDrawnInPlace ? raw(' data-in-place') : NONE}>
<section class="question">${page.step === undefined ? NONE : stepLine(view, page.step)}${page.above ?? NONE}<h1 tabindex="-1" id="title">${page.title}</h1>
${page.body}</section>${page.side ? html`<aside class="side${page.sideOnPhones ? '' : ' only-wide'}">${page.side}</aside>` : NONE}
</main>
${page.after ?? NONE}
<div id="said" role="alert"></div>
<footer class="footer"><span class="by">${mark()}${text('common.byPoundkey')}</span><span class="links">${footerLinks(view)}</span></footer>
</body>
</html>`;
  return String(document);
}

/** What the script needs to warn before the session ends. */
function sessionData({ sessionEnds, language, base }: PageView): Html {
  if (sessionEnds === null) return NONE;
  return html` data-session-ends="${sessionEnds.toISOString()}" data-session-warning="${language.text('session.warning', { minutes: 2 })}" data-session-stay="${language.text('session.stay')}" data-session-page="${base}/stay"`;
}

function header({ language, languages, brand, base, at, formToken }: PageView): Html {
  const shown = html`${icon('globe', { small: true })}<span>${language.name}</span>`;
  return html`<header class="header"><span class="tenant">${logo(brand)}<span><bdi>${brand.name}</bdi></span></span>
${
  formToken === null
    ? NONE
    : html`<details class="languages"><summary><span class="hidden">${language.text('common.language')}: </span>${shown}</summary>
<form method="post" action="${base}/language"><input type="hidden" name="formToken" value="${formToken}">${at === null ? NONE : html`<input type="hidden" name="at" value="${at}">`}${languages.map(
        ({ tag, name }) =>
          html`<button name="language" value="${tag}" lang="${tag}"${tag === language.tag ? raw(' aria-current="true"') : ''}>${name}</button>`,
      )}</form></details>`
}</header>`;
}

function logo({ logo: address, name }: PageView['brand']): Html {
  if (address !== null) return html`<img class="logo" src="${address}" alt="" width="36" height="36">`;
  return html`<span class="logo initial" aria-hidden="true">${[...name][0]?.toUpperCase() ?? ''}</span>`;
}

function stepLine({ language }: PageView, step: number): Html {
  const bars = Array.from(
    { length: STEPS },
    (_, place) => html`<i class="${place < step ? 'past' : ''}"></i>`,
  );
  return html`<p class="step"><span class="bars" aria-hidden="true">${bars}</span>${language.text('common.step', { step, of: STEPS })}</p>`;
}

function footerLinks({ brand, language, returnUrl }: PageView): Html {
  const links = [
    ...(brand.helpUrl === null ? [] : [{ href: brand.helpUrl, text: language.text('common.help') }]),
    ...(brand.privacyUrl === null ? [] : [{ href: brand.privacyUrl, text: language.text('common.privacy') }]),
    ...(returnUrl === null
      ? []
      : [{ href: returnUrl, text: language.text('common.backTo', { organisation: brand.name }) }]),
  ];
  return html`${links.map(({ href, text }) => html`<a href="${href}">${text}</a>`)}`;
}
