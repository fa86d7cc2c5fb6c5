/** The files that the page `/docs` loads: those of Swagger UI that are needed, and its own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file, as it is and as it is sent to whoever takes it compressed. */
interface PageFile {
  type: string;
  bytes: Buffer;
  zipped(): Promise<Buffer>;
}

/** The files by name, and the part of their address that changes with their contents. */
export interface PageFiles {
  version: string;
  find(name: string): PageFile | undefined;
}

const PLACES: Record<string, string> = {
  'swagger-ui.css': import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  'swagger-ui-bundle.js': import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'page.css': import.meta.resolve('./page.css'),
  'page.js': import.meta.resolve('./page.js'),
};

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const compress = promisify(gzip);

/** Reads them. @throws Error when one is missing */
export function readPageFiles(): PageFiles {
  const files = new Map(Object.entries(PLACES).map(([name, url]) => [name, readPageFile(name, url)]));
  const hash = createHash('sha256');
  for (const { bytes } of files.values()) hash.update(bytes);
  return { version: hash.digest('hex').slice(0, 16), find: (name) => files.get(name) };
}

function readPageFile(name: string, url: string): PageFile {
  const bytes = readFileSync(new URL(url));
  let zipped: Promise<Buffer> | undefined;
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    bytes,
    zipped() {
      zipped ??= compress(bytes);
      return zipped;
    },
  };
}
