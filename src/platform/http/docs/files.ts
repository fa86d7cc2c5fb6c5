/** The files that the page `/docs` loads: those of Swagger UI that are needed, and its own. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type StaticFiles, staticFiles } from '../static-files.ts';

const PLACES: Record<string, string> = {
  'swagger-ui.css': import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'page.css': new URL('page.css', import.meta.url).href,
  'page.js': new URL('page.js', import.meta.url).href,
};

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Reads them. @throws Error when one is missing */
export function readPageFiles(): StaticFiles {
  const files = Object.entries(PLACES).map(([name, url]) => {
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return [name, { type, bytes: readFileSync(new URL(url)) }] as const;
  });
  return staticFiles(new Map(files));
}
