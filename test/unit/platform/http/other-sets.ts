/** Sets beside that of the sample: webhooks as a provider calls them, and a stream; both open to all here. */
import { eventStream, type TakeOver, textAnswer } from '../../../../src/platform/http/answers.ts';
import { defineOpenSet, defineRouteSet, type MountedSet } from '../../../../src/platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../../../src/platform/http/route.ts';

const defineRoute = routeDefiner<null>();

/** A set of webhooks: each path with what makes its document. */
export function webhookSet(documents: Record<`/webhooks${string}`, () => Promise<string>>): MountedSet {
  return defineRouteSet({
    under: '/webhooks',
    body: 'form',
    identify: async () => null,
    whileDraining: 'answer',
    mayBeStored: true,
    otherMethods: 'notFound',
    security: null,
    routes: Object.entries(documents).map(([path, make]) =>
      defineRoute({
        method: 'post',
        path: path as `/${string}`,
        summary: 'Hear what to do',
        operationId: path,
        params: unchecked,
        query: unchecked,
        body: unchecked,
        responses: { 200: textAnswer('A document', 'text/xml; charset=utf-8') },
        problems: [],
        handle: async () => ({ status: 200, body: await make() }),
      }),
    ),
  });
}

/** A set of one route, open to all, that answers with a stream. */
export function streamSet(path: `/${string}`, takeOver: TakeOver): MountedSet {
  return defineOpenSet({
    under: path,
    routes: [
      defineRoute({
        method: 'get',
        path,
        summary: 'Follow',
        operationId: 'follow',
        responses: { 200: eventStream('A stream') },
        problems: [],
        handle: async () => ({ status: 200, body: takeOver }),
      }),
    ],
  });
}
