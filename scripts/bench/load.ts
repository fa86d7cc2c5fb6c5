/** The load: verifications requested over REST, each followed until its outcome webhook has arrived. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Contender } from './contenders/contender.ts';
import { createHttpClient, type HttpAnswer } from './http-client.ts';
import { identityOf, type Reached } from './identity.ts';
import { onDatabase } from './postgres.ts';
import { quantile } from './statistics.ts';
import type { Trace } from './traces.ts';
import { wallClockMs } from './wall-clock.ts';

/** How long the end of one verification is waited for, ms. */
const LOST_MS = 60_000;

/** What came of some verifications. */
export interface LoadResult {
  /** Those that came to their end. */
  traces: Trace[];
  /** Requests that were not answered with 201, and verifications whose outcome did not come in time. */
  refused: number;
  lost: number;
  /** From the first request to the last outcome. */
  seconds: number;
}

const send = createHttpClient();

/** Keeps so many in flight until so many have ended. */
export async function closedLoop(
  bench: Bench,
  contender: Contender,
  { count, inFlight, reached = 'call' }: { count: number; inFlight: number; reached?: Reached },
): Promise<LoadResult> {
  const ended: Verified[] = [];
  let begun = 0;
  const loop = async () => {
    while (begun < count) {
      begun += 1;
      ended.push(await verify(bench, contender, reached));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, loop));
  return await resultOf(contender, ended);
}

/** Requests so many a second at even distances, whether or not earlier ones have ended. */
export async function openLoop(
  bench: Bench,
  contender: Contender,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<LoadResult> {
  await collectGarbage();
  const running = await atEvenDistances(perSecond, seconds, () => verify(bench, contender, 'call'));
  return await resultOf(contender, await Promise.all(running));
}

/** Begins something, which must not reject, so many times a second without waiting for its end. */
export async function atEvenDistances<T>(
  perSecond: number,
  seconds: number,
  begin: (index: number) => T,
): Promise<T[]> {
  const startedAt = performance.now();
  const begun: T[] = [];
  while (begun.length < perSecond * seconds) {
    const dueMs = startedAt + (begun.length * 1000) / perSecond - performance.now();
    if (dueMs > 0) await pause(dueMs);
    begun.push(begin(begun.length));
  }
  return begun;
}

type Verified = { trace: Trace; end: 'outcome' | 'refused' | 'lost' };

async function verify(bench: Bench, contender: Contender, reached: Reached): Promise<Verified> {
  const trace = bench.traces.begin();
  const id = await requestVerification(contender, trace, reached);
  if (id === null || (reached === 'sms' && !(await typeCode(bench, contender, trace, id))))
    return { trace, end: 'refused' };
  return { trace, end: (await bench.traces.outcome(trace, LOST_MS)) ? 'outcome' : 'lost' };
}

/** Types the code of the text message once it is there. False: none came, or it was not answered with 200. */
async function typeCode(bench: Bench, contender: Contender, trace: Trace, id: string): Promise<boolean> {
  const code = await bench.traces.code(trace, LOST_MS);
  trace.keyAt = wallClockMs();
  const url = `${contender.url}/v1/verifications/${id}/check`;
  const answer = await send(url, posting(contender), JSON.stringify({ code })).catch(noAnswer);
  return isAnswered(answer, 200);
}

const posting = ({ apiKey }: Contender) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
});

/** Requests one verification. @returns its id; null: it was not answered with 201 */
export async function requestVerification(
  contender: Contender,
  trace: Trace,
  reached: Reached = 'call',
): Promise<string | null> {
  const asked = identityOf(trace.n, reached);
  const body = JSON.stringify(reached === 'call' ? asked : { ...asked, channel: reached });
  trace.requestedAt = wallClockMs();
  const answer = await send(`${contender.url}/v1/verifications`, posting(contender), body).catch(noAnswer);
  if (!isAnswered(answer, 201)) return null;
  trace.acceptedAt = wallClockMs();
  return (JSON.parse(answer.body) as { id: string }).id;
}

function isAnswered({ status, body }: HttpAnswer, expected: number): boolean {
  if (status !== expected) refusals.last = `${status} ${body}`;
  return status === expected;
}

/** A connection that broke. */
function noAnswer(error: unknown): HttpAnswer {
  return { status: 0, body: String(error) };
}

/** What the last refused request was answered. */
const refusals = { last: '' };

async function resultOf(contender: Contender, ended: Verified[]): Promise<LoadResult> {
  const traces = ended.filter(({ end }) => end === 'outcome').map(({ trace }) => trace);
  const count = (wanted: Verified['end']) => ended.filter(({ end }) => end === wanted).length;
  if (traces.length === 0 && ended.length > 0)
    throw new Error(
      `${contender.name}: no verification came to its end. Last refusal: ${refusals.last || 'none'}`,
    );
  await addFinishedAt(contender, traces);
  const first = Math.min(...ended.map(({ trace }) => trace.requestedAt ?? Number.NaN));
  const last = Math.max(...traces.map(({ outcomeAt }) => outcomeAt ?? Number.NaN));
  return { traces, refused: count('refused'), lost: count('lost'), seconds: (last - first) / 1000 };
}

/** Reads when the transactions were committed that finished them. */
export async function addFinishedAt({ databaseUrl, finishedSql }: Contender, traces: Trace[]): Promise<void> {
  const users = traces.map(({ n }) => identityOf(n).userId);
  const { rows } = await onDatabase(databaseUrl, (client) =>
    client.query<{ user: string; ms: number }>(finishedSql, [users]),
  );
  const finished = new Map(rows.map(({ user, ms }) => [user, ms]));
  for (const trace of traces) {
    const at = finished.get(identityOf(trace.n).userId);
    if (at !== undefined) trace.finishedAt = at;
  }
}

/** Times between two instants of each verification, ms; infinite where the second has not come. */
function between(
  traces: readonly Trace[],
  from: 'requestedAt' | 'keyAt',
  to: 'acceptedAt' | 'placedAt' | 'finishedAt' | 'outcomeAt',
): number[] {
  return traces
    .map((trace) => (trace[to] ?? Number.POSITIVE_INFINITY) - (trace[from] ?? Number.NaN))
    .filter((time) => !Number.isNaN(time));
}

/** The three latencies that people feel, ms. */
export function latenciesOf({ traces }: Pick<LoadResult, 'traces'>) {
  const both = (samples: number[]) => ({ p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) });
  return {
    request: both(between(traces, 'requestedAt', 'acceptedAt')),
    finished: both(between(traces, 'keyAt', 'finishedAt')),
    outcome: both(between(traces, 'keyAt', 'outcomeAt')),
  };
}
