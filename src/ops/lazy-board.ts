import type { RequestHandler } from 'express';
import type { BoardDeps } from './board-deps.ts';

/** The queue board, loaded for the first who looks at it: a process needs not wait for it to be ready. */
export function createLazyBoard(deps: BoardDeps): RequestHandler {
  let made: Promise<RequestHandler> | undefined;
  return async (req, res, next) => {
    made ??= import('./board.ts').then(({ createBoard }) => createBoard(deps));
    (await made)(req, res, next);
  };
}
