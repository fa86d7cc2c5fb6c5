import type { Telemetry } from 'bullmq';

/** The attributes of BullMQ that are exported: no options, results, errors, or names chosen by others. */
const ALLOWED = new Set(['bullmq.queue.name', 'bullmq.queue.operation', 'bullmq.job.attempts.made']);
const JOB_ID = 'bullmq.job.id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Tracer = Telemetry['tracer'];
type Span = ReturnType<Tracer['startSpan']>;

/** Telemetry whose spans hold no personal data, and no error for a job that is only delayed. */
export function redactTelemetry(telemetry: Telemetry): Telemetry {
  const { tracer, contextManager } = telemetry;
  return {
    contextManager,
    tracer: { startSpan: (name, options, context) => redactSpan(tracer.startSpan(name, options, context)) },
  };
}

function redactSpan(span: Span): Span {
  return {
    end: () => span.end(),
    setSpanOnContext: (context) => span.setSpanOnContext(context),
    setAttribute(name, value) {
      if (isAllowed(name, value)) span.setAttribute(name, value);
    },
    setAttributes(attributes) {
      const allowed = Object.entries(attributes).filter(([name, value]) => isAllowed(name, value));
      span.setAttributes(Object.fromEntries(allowed));
    },
    addEvent: () => undefined,
    recordException(exception) {
      const name = exception instanceof Error ? exception.name : 'Error';
      // BullMQ: a job that moves itself to delayed says so by throwing.
      if (name !== 'DelayedError') span.setAttribute('error.type', name);
    },
  };
}

function isAllowed(name: string, value: unknown): boolean {
  return ALLOWED.has(name) || (name === JOB_ID && typeof value === 'string' && UUID.test(value));
}
