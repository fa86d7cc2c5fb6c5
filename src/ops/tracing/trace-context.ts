import type { TraceContext } from '../../platform/trace-context.ts';

/** Reads the trace context of the running code, and continues a trace whose context a row holds. */
export function createTraceContext(api: typeof import('@opentelemetry/api')): TraceContext {
  const { context, propagation, trace } = api;
  const tracer = trace.getTracer('poundkey');
  return {
    current() {
      const carrier: { traceparent?: string } = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent ?? null;
    },
    async within(traceparent, name, work) {
      if (traceparent === null) return work();
      const parent = propagation.extract(api.ROOT_CONTEXT, { traceparent });
      const span = tracer.startSpan(name, {}, parent);
      try {
        return await context.with(trace.setSpan(parent, span), work);
      } finally {
        span.end();
      }
    },
  };
}
