import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { fileAnswer, htmlPage, textAnswer } from './answers.ts';
import type { ApiInfo } from './api-info.ts';
import { type PageFiles, readPageFiles } from './docs/files.ts';
import { DOCS_POLICY, renderDocs } from './docs/page.ts';
import { defineOpenSet, type MountedSet } from './mount-sets.ts';
import { describeSets } from './openapi.ts';
import { routeDefiner, unchecked } from './route.ts';

const JSON_TEXT = 'application/json; charset=utf-8';
/** RFC 9110, section 12.5.3; a weight of 0 means: not this. */
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;
const FOR_EVER = 'public, max-age=31536000, immutable';

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
  let read: PageFiles | undefined;
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
      fileRoute(files),
    ],
  });
}

function fileRoute(files: () => PageFiles) {
  return defineRoute({
    ...open,
    path: '/docs/:version/:name',
    summary: 'Read a file of the page',
    operationId: 'readDocsFile',
    params: z.object({ version: z.string(), name: z.string() }),
    headers: z.object({ 'accept-encoding': z.string().optional() }),
    responses: { 200: fileAnswer('The file') },
    async handle({ params, headers }) {
      const file = files().find(params.name);
      if (!file) throw new ServiceError('route.notFound', 'The page /docs has no such file. Load it again.');
      const zips = TAKES_GZIP.test(headers['accept-encoding'] ?? '');
      return {
        status: 200,
        body: zips ? await file.zipped() : file.bytes,
        headers: {
          'Content-Type': file.type,
          Vary: 'Accept-Encoding',
          ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
          // During an upgrade, the page of one process may ask another for a file that is not the same there.
          'Cache-Control': params.version === files().version ? FOR_EVER : 'no-store',
        },
      };
    },
  });
}
