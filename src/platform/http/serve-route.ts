import type { Request, RequestHandler, Response } from 'express';
import { HttpRequest } from './incoming-request.ts';
import { toServiceError } from './problem.ts';
import { BODY_READERS, type ReadBody } from './read-body.ts';
import { readRequest } from './read-request.ts';
import { contextOf } from './request-context.ts';
import type { Route } from './route.ts';
import type { Answered, Bodies, RouteSet } from './route-set.ts';
import { sendAnswer } from './send-answer.ts';

/** Answers the requests for one route of a set. What is thrown on the way goes on to Express. */
export function serveRoute<Caller, Kind extends keyof Bodies>(
  set: RouteSet<Caller, Kind>,
  route: Route<Caller>,
): RequestHandler {
  const readBody = BODY_READERS[set.body];
  const { operationId, mostBytes } = route;
  return async (req, res) => {
    const read = await readBody(req, res, mostBytes);
    const started = performance.now();
    let known: Caller | undefined;
    const observe = (answer: Pick<Answered, 'status' | 'code'>) =>
      set.observe?.({ operationId, ...answer, seconds: (performance.now() - started) / 1000 }, known);
    try {
      await answerRequest(set, route, read, { req, res }, (caller) => {
        known = caller;
      });
      observe({ status: res.statusCode, code: null });
    } catch (error) {
      const { status, code } = toServiceError(error);
      if (status === 401 && set.challenge !== undefined) res.setHeader('WWW-Authenticate', set.challenge);
      observe({ status, code });
      throw error;
    }
  };
}

async function answerRequest<Caller, Kind extends keyof Bodies>(
  set: RouteSet<Caller, Kind>,
  route: Route<Caller>,
  { body, fault }: ReadBody<Bodies[Kind]>,
  { req, res }: { req: Request; res: Response },
  identified: (caller: Caller) => void,
): Promise<void> {
  const request = new HttpRequest(req, route.operationId, body);
  const answer = async () => {
    // Nobody waits for the answer any more.
    if (res.closed) return;
    const caller = await set.identify(request);
    identified(caller);
    contextOf(res).caller = set.logged?.(caller);
    set.authorize?.(caller, route);
    if (fault !== undefined) throw fault;
    const parts = readRequest(route, request, set.body, req);
    const handle = () => route.handle({ ...parts, caller });
    sendAnswer(res, route, await (set.inNameOf ? set.inNameOf(caller, request, handle) : handle()));
  };
  const lane = set.laneOf?.(request);
  await (lane ? lane.run(answer) : answer());
}
