/** The API as a page that people can try requests from. */
import type { ApiInfo } from '../api-info.ts';
import type { ContentPolicy } from '../security-headers.ts';

/**
 * Files and requests of this origin only: no script or style stands in the page itself, so none that somebody puts into it is run
 * or shown. `data:`: the signs in Swagger UI's style are written so.
 */
export const DOCS_POLICY: ContentPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * The page as HTML. Its addresses are relative, since a proxy may serve it under a path of its own.
 * @param info what the description says of the API
 * @param version of the files
 */
export function renderDocs(
  { title, summary = '' }: Pick<ApiInfo, 'title' | 'summary'>,
  version: string,
): string {
  const at = `docs/${version}`;
  const name = text(title);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${name} API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${at}/swagger-ui.css">
<link rel="stylesheet" href="${at}/page.css">
<script src="${at}/swagger-ui-bundle.js" defer></script>
<script src="${at}/page.js" defer></script>
<header>
<h1>The API of ${name}</h1>
<p>${text(summary)}</p>
<p>To try a request, press <b>Authorize</b>, paste an API key, and press <b>Try it out</b> at an operation. The key stays in this
page until you close it. Requests are carried out: one for a verification calls a phone.</p>
<p>For programs: <a href="openapi.json">openapi.json</a></p>
<p id="state" role="status">The description is being loaded.</p>
<noscript><p>Without JavaScript, read <a href="openapi.json">openapi.json</a>.</p></noscript>
</header>
<main id="operations"></main>
</html>\n`;
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
