import { htmlPage, textAnswer } from './answers.ts';
import type { ApiInfo } from './api-info.ts';
import { readPageFiles } from './docs/files.ts';
import { DOCS_POLICY, renderDocs } from './docs/page.ts';
import { defineOpenSet, type MountedSet } from './mount-sets.ts';
import { describeSets } from './openapi.ts';
import { routeDefiner, unchecked } from './route.ts';
import { type StaticFiles, staticFileRoute } from './static-files.ts';

const JSON_TEXT = 'application/json; charset=utf-8';

const defineRoute = routeDefiner<null>();
const open = { method: 'get', query: unchecked, problems: [] } as const;

/**
 * `GET /openapi.json` and the page `GET /docs` with its files, open to all. All are made when they are first asked for:
 * describing the API takes longer than all else at the start.
 */
export function documentationSet(sets: readonly MountedSet[], info: ApiInfo): MountedSet {
  let json: string | undefined;
  const description = () => {
    json ??= JSON.stringify(describeSets(sets, info));
    return json;
  };
  let read: StaticFiles | undefined;
  const files = () => {
    read ??= readPageFiles();
    return read;
  };
  return defineOpenSet({
    under: '/',
    routes: [
      defineRoute({
        ...open,
        path: '/openapi.json',
        summary: 'Read the OpenAPI description of the API',
        operationId: 'readDescription',
        responses: { 200: textAnswer('The OpenAPI 3.1 document', JSON_TEXT) },
        handle: async () => ({ status: 200, body: description() }),
      }),
      defineRoute({
        ...open,
        path: '/docs',
        summary: 'Read the API reference as a web page, and try requests',
        operationId: 'readDocs',
        responses: { 200: htmlPage('The page as HTML', DOCS_POLICY) },
        handle: async () => ({ status: 200, body: renderDocs(info, files().version) }),
      }),
      staticFileRoute({
        under: '/docs',
        operationId: 'readDocsFile',
        summary: 'Read a file of the page',
        files,
      }),
    ],
  });
}
