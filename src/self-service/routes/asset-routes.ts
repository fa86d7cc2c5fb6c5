import { defineOpenSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import { staticFileRoute } from '../../platform/http/static-files.ts';
import { ASSETS } from '../assets/assets.ts';

/** The files of the page. The pages themselves are not compressed: they hold secrets beside what people type. */
export function assetSet(base: string): MountedSet {
  const under = `${base}/assets` as `/${string}`;
  return defineOpenSet({
    unlisted: true,
    under,
    routes: [
      staticFileRoute({
        under,
        operationId: 'readPageFile',
        summary: 'Read a file of the page',
        files: () => ASSETS,
      }),
    ],
  });
}
