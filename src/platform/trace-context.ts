/** The trace that work belongs to, also where it goes on in another process. */
export interface TraceContext {
  /** The `traceparent` of what runs now (W3C, Trace Context); null when it is not traced. */
  current(): string | null;
  /** Does work as a span of its own within a trace; without one, just does it. */
  within<T>(traceParent: string | null, name: string, work: () => Promise<T>): Promise<T>;
}

/** Where no traces are made. */
export const NO_TRACES: TraceContext = { current: () => null, within: (_parent, _name, work) => work() };
