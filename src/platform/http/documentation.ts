import { htmlPage, textAnswer } from './answers.ts';
import type { ApiInfo } from './api-info.ts';
import { DOCS_POLICY, renderDocs } from './docs-page.ts';
import { defineOpenSet, type MountedSet } from './mount-sets.ts';
import { describeSets } from './openapi.ts';
import { routeDefiner, unchecked } from './route.ts';

const JSON_TEXT = 'application/json; charset=utf-8';

/**
 * `GET /openapi.json` and the page `GET /docs`, open to all. Both are made when they are first asked for: describing
 * the API takes longer than all else at the start.
 */
export function documentationSet(sets: readonly MountedSet[], info: ApiInfo): MountedSet {
  const defineRoute = routeDefiner<null>();
  let made: { json: string; page: string } | undefined;
  const documents = () => {
    made ??= makeDocuments(sets, info);
    return made;
  };
  const open = { method: 'get', query: unchecked, problems: [] } as const;
  return defineOpenSet({
    under: '/',
    routes: [
      defineRoute({
        ...open,
        path: '/openapi.json',
        summary: 'Read the OpenAPI description of the API',
        operationId: 'readDescription',
        responses: { 200: textAnswer('The OpenAPI 3.1 document', JSON_TEXT) },
        handle: async () => ({ status: 200, body: documents().json }),
      }),
      defineRoute({
        ...open,
        path: '/docs',
        summary: 'Read the API reference as a web page',
        operationId: 'readDocs',
        responses: { 200: htmlPage('The API reference as HTML', DOCS_POLICY) },
        handle: async () => ({ status: 200, body: documents().page }),
      }),
    ],
  });
}

function makeDocuments(sets: readonly MountedSet[], info: ApiInfo): { json: string; page: string } {
  const description = describeSets(sets, info);
  return { json: JSON.stringify(description), page: renderDocs(description) };
}
