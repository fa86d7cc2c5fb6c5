/** Files that browsers load and keep: under an address that changes with their contents, compressed for whoever takes it so. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { fileAnswer } from './answers.ts';
import { routeDefiner, unchecked } from './route.ts';

/** A file as it is served. */
export interface StaticFile {
  /** Its Content-Type. */
  type: string;
  bytes: Buffer;
}

/** Files that change together. */
export interface StaticFiles {
  /** The part of their address that changes with their contents. */
  version: string;
  find(name: string): StaticFile | undefined;
  /** The bytes of the file as `gzip` makes them; made once. */
  zipped(file: StaticFile): Promise<Buffer>;
}

/** RFC 9110, section 12.5.3; a weight of 0 means: not this. */
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;
const FOR_EVER = 'public, max-age=31536000, immutable';

const compress = promisify(gzip);

/** @param files by name */
export function staticFiles(files: ReadonlyMap<string, StaticFile>): StaticFiles {
  const hash = createHash('sha256');
  for (const [name, { bytes }] of files) hash.update(name).update(bytes);
  const zipped = new Map<StaticFile, Promise<Buffer>>();
  return {
    version: hash.digest('hex').slice(0, 16),
    find: (name) => files.get(name),
    zipped(file) {
      const made = zipped.get(file) ?? compress(file.bytes, { level: 9 });
      zipped.set(file, made);
      return made;
    },
  };
}

/**
 * `GET <under>/<version>/<name>`.
 * @param route.files called when the first file is asked for
 */
export function staticFileRoute(route: {
  under: string;
  operationId: string;
  summary: string;
  files: () => StaticFiles;
}) {
  const { under, operationId, summary, files } = route;
  return routeDefiner<null>()({
    method: 'get',
    path: `${under}/:version/:name` as `/${string}`,
    operationId,
    summary,
    params: z.object({ version: z.string(), name: z.string() }),
    query: unchecked,
    headers: z.object({ 'accept-encoding': z.string().optional() }),
    responses: { 200: fileAnswer('The file') },
    problems: [],
    async handle({ params: { version, name }, headers }) {
      const file = files().find(name);
      if (!file)
        throw new ServiceError('route.notFound', 'The page has no file of this name. Load the page again.');
      const zips = TAKES_GZIP.test(headers['accept-encoding'] ?? '');
      return {
        status: 200,
        body: zips ? await files().zipped(file) : file.bytes,
        headers: {
          'Content-Type': file.type,
          Vary: 'Accept-Encoding',
          ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
          // During an upgrade, the page of one process may ask another for a file that is not the same there.
          'Cache-Control': version === files().version ? FOR_EVER : 'no-store',
        },
      };
    },
  });
}
