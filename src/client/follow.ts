import { setTimeout as pause } from 'node:timers/promises';
import { PoundkeyProblem } from './problem.ts';
import { type Send, segment } from './send.ts';
import type { FinishedVerification, Outcome, State, Verification } from './types.ts';

/** One event of a verification's progress. */
export interface ProgressEvent {
  /** Goes into `after` to go on from here. */
  id: string;
  state: State;
  outcome?: Outcome;
  /** What the person hears from now on. */
  prompt?: string;
  /** Of a text message, while the state stays: a wrong code was typed, or a call takes its place. */
  happened?: 'codeWrong' | 'escalated';
  /** ISO 8601, UTC. */
  at: string;
}

/** Between two looks while the stream cannot be had, ms. */
const LOOK_AGAIN_MS = 1_000;
const OUTCOME_LIMIT_MS = 300_000;

/**
 * The events of a verification as they come, until it is finished. The connection may end before: then go on with
 * `after`, the id of the last event.
 */
export async function* follow(
  { send }: Pick<Send, 'send'>,
  id: string,
  options: { after?: string; signal?: AbortSignal } = {},
): AsyncGenerator<ProgressEvent, void, undefined> {
  const { after, signal = new AbortController().signal } = options;
  const response = await send('GET', `/v1/verifications/${segment(id)}/events`, {
    signal,
    headers: { Accept: 'text/event-stream', ...(after === undefined ? {} : { 'Last-Event-ID': after }) },
  });
  if (response.status === 204 || response.body === null) return;
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield* eventIn(block);
  }
}

/** HTML standard, "Server-sent events": fields of a line each; comments begin with a colon. */
function* eventIn(block: string): Generator<ProgressEvent> {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  if (data !== undefined) yield { id: field('id') ?? '', ...JSON.parse(data) };
}

/**
 * Waits for the end of a verification: listens to its events, and looks every second while those cannot be had.
 * @param options.timeLimitMs 300,000 by default
 * @throws PoundkeyProblem when the service does not know the verification; `TimeoutError` when the time is over
 */
export async function waitForOutcome(
  api: Send,
  id: string,
  options: { timeLimitMs?: number; signal?: AbortSignal } = {},
): Promise<FinishedVerification> {
  const limit = AbortSignal.timeout(options.timeLimitMs ?? OUTCOME_LIMIT_MS);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  for (;;) {
    const finished = await finishedSoon(api, id, signal);
    if (finished) return finished;
    await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Follows the verification to its end; null when the service could not be reached on the way, or left. */
async function finishedSoon(
  api: Send,
  id: string,
  signal: AbortSignal,
): Promise<FinishedVerification | null> {
  const read = () => api.json<Verification>('GET', `/v1/verifications/${segment(id)}`, { signal });
  try {
    const before = await read();
    if (isFinished(before)) return before;
    for await (const { state } of follow(api, id, { signal })) if (state === 'finished') break;
    const after = await read();
    return isFinished(after) ? after : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PoundkeyProblem && error.status < 500) throw error;
    return null;
  }
}

function isFinished(verification: Verification): verification is FinishedVerification {
  return verification.state === 'finished';
}
