import type { Telemetry } from 'bullmq';

/** What of BullMQ's attributes is told: no options, results, reasons or names that somebody else chose. */
const TOLD = new Set(['bullmq.queue.name', 'bullmq.queue.operation', 'bullmq.job.attempts.made']);
const JOB_ID = 'bullmq.job.id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Tracer = Telemetry['tracer'];
type Span = ReturnType<Tracer['startSpan']>;

/** Telemetry whose spans carry nothing personal, and no error for a job that only goes to sleep. */
export function harmless(telemetry: Telemetry): Telemetry {
  const { tracer, contextManager } = telemetry;
  return {
    contextManager,
    tracer: { startSpan: (name, options, context) => harmlessSpan(tracer.startSpan(name, options, context)) },
  };
}

function harmlessSpan(span: Span): Span {
  return {
    end: () => span.end(),
    setSpanOnContext: (context) => span.setSpanOnContext(context),
    setAttribute(name, value) {
      if (isTold(name, value)) span.setAttribute(name, value);
    },
    setAttributes(attributes) {
      const told = Object.entries(attributes).filter(([name, value]) => isTold(name, value));
      span.setAttributes(Object.fromEntries(told));
    },
    addEvent: () => undefined,
    recordException(exception) {
      const name = exception instanceof Error ? exception.name : 'Error';
      // BullMQ: a job that moves itself to delayed says so by throwing.
      if (name !== 'DelayedError') span.setAttribute('error.type', name);
    },
  };
}

function isTold(name: string, value: unknown): boolean {
  return TOLD.has(name) || (name === JOB_ID && typeof value === 'string' && UUID.test(value));
}
