import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { textAnswer } from '../../platform/http/answers.ts';
import { defineOpenSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { ASSET_VERSION, assetNamed } from '../assets/assets.ts';

/** The files of the page. Their addresses change with their contents, so that they are kept for a year. */
export function assetSet(base: string): MountedSet {
  const defineRoute = routeDefiner<null>();
  return defineOpenSet({
    unlisted: true,
    under: `${base}/assets` as `/${string}`,
    routes: [
      defineRoute({
        method: 'get',
        path: `${base}/assets/:version/:name` as `/${string}`,
        operationId: 'readPageFile',
        summary: 'Read a file of the page',
        params: z.object({ version: z.string(), name: z.string() }),
        query: unchecked,
        responses: { 200: textAnswer('The file', 'text/plain; charset=utf-8') },
        problems: [],
        async handle({ params: { version, name } }) {
          const asset = assetNamed(name);
          if (asset === undefined) throw noSuchFile();
          // An older page may ask for a file of its own version, which is gone: it gets the present one, and does not keep it.
          const kept = version === ASSET_VERSION ? 'public, max-age=31536000, immutable' : 'no-store';
          return {
            status: 200,
            body: asset.body,
            headers: { 'Content-Type': asset.type, 'Cache-Control': kept },
          };
        },
      }),
    ],
  });
}

function noSuchFile(): ServiceError {
  return new ServiceError('route.notFound', 'The page has no file of this name. Load the page again.');
}
