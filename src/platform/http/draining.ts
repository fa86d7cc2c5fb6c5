import type { RequestHandler } from 'express';
import { ServiceError } from '../../errors.ts';

/** Seconds after which a client should try again while this process stops: by then another, or its successor, answers. */
const STOPPING_RETRY_S = 5;

/** While the service stops, every answer ends its connection, so that nothing holds up the end. */
export function closeWhileDraining(isDraining: () => boolean): RequestHandler {
  return (_req, res, next) => {
    if (isDraining()) res.setHeader('Connection', 'close');
    next();
  };
}

/** While the service stops, refuses what has not begun, with `service.stopping` (503). */
export function refuseWhileDraining(isDraining: () => boolean): RequestHandler {
  return (_req, _res, next) => {
    if (!isDraining()) return next();
    const detail = 'This process is stopping. Send the request again; another process will answer it.';
    throw new ServiceError('service.stopping', detail, { retryAfterS: STOPPING_RETRY_S });
  };
}
