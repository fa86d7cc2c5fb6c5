/** Answers one REST request, with whatever fault was asked for. */
import type { Request, Response } from 'express';
import type { FaultRegistry, Operation, RestFault } from './faults.ts';
import { RestError } from './rest-errors.ts';
import type { SimulatorTime } from './time.ts';
import type { Timers } from './timers.ts';

/** What answering needs. */
export interface AnswerDeps {
  faults: FaultRegistry;
  time: SimulatorTime;
  timers: Timers;
}

/** Answers one request; see `createAnswerRest`. */
export type Answer = ReturnType<typeof createAnswerRest>;

/** The answer of a request that was done. */
export interface RestAnswer {
  status: number;
  body: object;
}

const REFUSALS = {
  tooManyRequests: { status: 429, code: 20429, message: 'Too Many Requests' },
  serverError: { status: 500, code: 20500, message: 'Internal Server Error' },
  unavailable: { status: 503, code: 20503, message: 'Service Unavailable' },
};

/**
 * Answers requests. `about` says what is asked and which number (E.164) it is about; `work` does it and throws
 * `RestError` for what Twilio refuses.
 */
export function createAnswerRest({ faults, time, timers }: AnswerDeps) {
  return function answer(
    req: Request,
    res: Response,
    about: { operation: Operation; to: string | null },
    work: () => RestAnswer,
  ): void {
    const fault = faults.takeRest(about.operation, about.to);
    if (fault === 'drop') return void req.socket.destroy();
    if (fault === 'html')
      return void res.status(502).type('html').send('<html><h1>502 Bad Gateway</h1></html>');
    refuse(fault);
    const { status, body } = work();
    const send = () => {
      if (!res.destroyed) res.status(status).json(body);
    };
    if (fault === 'acceptAndDrop') req.socket.destroy();
    else if (fault === 'acceptAndHold') keepForLater(req, res, send);
    else if (fault !== null && typeof fault === 'object' && 'lateMs' in fault)
      answerLate(req, res, fault.lateMs, send);
    else send();
  };

  /** Virtual time goes on while an answer is held. */
  function keepForLater(req: Request, res: Response, send: () => void): void {
    goOn(req);
    faults.keep(() => {
      holdUntilClosed(time, req, res);
      send();
    });
  }

  function answerLate(req: Request, res: Response, ms: number, send: () => void): void {
    goOn(req);
    timers.after(ms, () => {
      holdUntilClosed(time, req, res);
      send();
    });
  }
}

function refuse(fault: RestFault | null): void {
  if (fault === null || fault === 'acceptAndDrop' || fault === 'acceptAndHold') return;
  if (typeof fault === 'string') {
    const refusal = fault === 'drop' || fault === 'html' ? null : REFUSALS[fault];
    if (refusal) throw new RestError(refusal.status, refusal.code, refusal.message);
    return;
  }
  if ('refuse' in fault) throw new RestError(fault.refuse.status, fault.refuse.code, fault.refuse.message);
}

const releases = new WeakMap<Request, () => void>();

/** Virtual time stops until the connection of `res` has sent the answer. */
export function holdUntilClosed(time: SimulatorTime, req: Request, res: Response): void {
  const release = time.hold();
  releases.set(req, release);
  if (res.destroyed || res.closed) release();
  else res.on('close', release);
}

function goOn(req: Request): void {
  releases.get(req)?.();
}
