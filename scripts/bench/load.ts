/** The load: verifications requested over REST, each followed until its outcome webhook has arrived. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import type { Contender } from './contenders/contender.ts';
import { createHttpClient, type HttpAnswer } from './http-client.ts';
import { identityOf } from './identity.ts';
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
  { count, inFlight }: { count: number; inFlight: number },
): Promise<LoadResult> {
  const ended: Verified[] = [];
  let begun = 0;
  const loop = async () => {
    while (begun < count) {
      begun += 1;
      ended.push(await verify(bench, contender));
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
  const running = await atEvenDistances(perSecond, seconds, () => verify(bench, contender));
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

async function verify(bench: Bench, contender: Contender): Promise<Verified> {
  const trace = bench.traces.begin();
  if (!(await requestVerification(contender, trace))) return { trace, end: 'refused' };
  return { trace, end: (await bench.traces.outcome(trace, LOST_MS)) ? 'outcome' : 'lost' };
}

/** Requests one verification. False: it was not answered with 201. */
export async function requestVerification({ url, apiKey }: Contender, trace: Trace): Promise<boolean> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  const body = JSON.stringify(identityOf(trace.n));
  trace.requestedAt = wallClockMs();
  const answer = await send(`${url}/v1/verifications`, { method: 'POST', headers }, body).catch(noAnswer);
  if (answer.status !== 201) {
    refusals.last = `${answer.status} ${answer.body}`;
    return false;
  }
  trace.acceptedAt = wallClockMs();
  return true;
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
