/** When what happened to each verification, put together from the load, the stub provider and the receiver. */
import type { FromProvider, FromReceiver } from './programs/messages.ts';

/** Instants in milliseconds since 1970; those that have not come are missing. */
export interface Trace {
  n: number;
  requestedAt?: number;
  /** The request was answered with 201. */
  acceptedAt?: number;
  /** The stub provider was asked for the call. */
  placedAt?: number;
  /** The code of the text message that arrived. */
  code?: string;
  /** `#` was pressed, or the code typed. */
  keyAt?: number;
  /** The transaction that finished it was committed; filled in afterwards from the database. */
  finishedAt?: number;
  /** The outcome webhook had arrived. */
  outcomeAt?: number;
}

/** A call that the stub provider left ringing. */
export interface HeldCall {
  n: number;
  address: string;
  callId: string;
}

/** All traces of a benchmark. */
export type Traces = ReturnType<typeof createTraces>;

/** Traces begin with `begin`; news of other verifications is counted, and otherwise dropped. */
export function createTraces() {
  const traces = new Map<number, Trace>();
  const waiting = new Map<number, () => void>();
  const arrivals = new Map<number, () => void>();
  const held: HeldCall[] = [];
  const placedAt: number[] = [];
  const outcomesAt: number[] = [];
  let last = 0;

  function put(n: number | null, field: 'placedAt' | 'keyAt' | 'outcomeAt', at: number): void {
    const trace = n === null ? undefined : traces.get(n);
    if (trace) trace[field] ??= at;
  }

  function arrived(n: number | null, code: string): void {
    const trace = n === null ? undefined : traces.get(n);
    if (!trace) return;
    trace.code = code;
    arrivals.get(trace.n)?.();
  }

  return {
    /** Starts a trace; verifications are numbered through. */
    begin(): Trace {
      last += 1;
      const trace: Trace = { n: last };
      traces.set(trace.n, trace);
      return trace;
    },

    fromProvider(message: FromProvider): void {
      if (message.kind === 'held') return void held.push({ ...message, n: message.n ?? Number.NaN });
      if (message.kind === 'text') return void arrived(message.n, message.code);
      if (message.kind === 'placed') placedAt.push(message.at);
      put(message.n, message.kind === 'placed' ? 'placedAt' : 'keyAt', message.at);
    },

    fromReceiver({ n, at }: FromReceiver): void {
      outcomesAt.push(at);
      put(n, 'outcomeAt', at);
      if (n !== null) waiting.get(n)?.();
    },

    /** Resolves when the outcome has come, true, or after the time (ms), false. */
    async outcome(trace: Trace, withinMs: number): Promise<boolean> {
      if (trace.outcomeAt === undefined) await within(waiting, trace, withinMs);
      return trace.outcomeAt !== undefined;
    },

    /** Resolves to the code of the text message when it has arrived, or after the time (ms) to null. */
    async code(trace: Trace, withinMs: number): Promise<string | null> {
      if (trace.code === undefined) await within(arrivals, trace, withinMs);
      return trace.code ?? null;
    },

    /** Calls left ringing, when each call was asked for, and when each outcome came; all since `forget`. */
    held,
    placedAt,
    outcomesAt,

    /** Every trace since `forget`. */
    all: (): Trace[] => [...traces.values()],

    /** Lets go of everything; numbers go on. */
    forget(): void {
      traces.clear();
      for (const list of [held, placedAt, outcomesAt]) list.length = 0;
    },
  };
}

/** Waits until somebody calls what stands for the trace in the map, or until the time (ms) is over. */
async function within(calling: Map<number, () => void>, { n }: Trace, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  calling.set(n, resolve);
  await promise;
  clearTimeout(timer);
  calling.delete(n);
}
