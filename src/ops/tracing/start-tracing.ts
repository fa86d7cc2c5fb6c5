/** Traces from a request through the queue to the outcome, sent by OTLP over HTTP. Its packages are optional. */
import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import type { RequestHandler } from 'express';
import type { Events, VerificationEvent } from '../../events.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import { redactTelemetry } from './redact-telemetry.ts';
import { createTraceContext } from './trace-context.ts';
import { createTraceRequests } from './trace-requests.ts';

/** What tracing offers to the rest of the process. */
export interface Tracing {
  /** For BullMQ's queues and workers. */
  telemetry: Telemetry;
  /** For work that continues after its request. */
  traces: TraceContext;
  /** For the HTTP side: one span per request. */
  traceRequests: RequestHandler;
  /** Sends what is left and stops. */
  stop(): Promise<void>;
}

/**
 * Starts tracing for the whole process.
 * @param deps.endpoint the collector, without `/v1/traces`
 * @throws Error when one of the optional packages is not installed
 */
export async function startTracing(deps: { endpoint: string; events: Events }): Promise<Tracing> {
  const packages = await loadPackages();
  const { context, propagation, trace } = packages.api;
  const url = `${deps.endpoint.replace(/\/+$/, '')}/v1/traces`;
  const provider = new packages.TracerProvider({
    resource: packages.resourceFromAttributes({ 'service.name': 'poundkey' }),
    sampler: createSampler(packages),
    spanProcessors: [
      new packages.BatchSpanProcessor({
        exporter: new packages.OTLPTraceExporter({ url, timeoutMillis: 2_000 }),
      }),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new packages.AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new packages.W3CTraceContextPropagator());
  const stopListening = deps.events.listen((name, event) => {
    const span = trace.getActiveSpan();
    span?.addEvent(name, attributesOf(event)).setAttribute('poundkey.verification.id', event.verificationId);
    if (name === 'verification.finished') span?.setAttribute('poundkey.outcome', event.outcome ?? 'none');
  });
  return {
    telemetry: redactTelemetry(new packages.BullMQOtel({ tracerName: 'poundkey' })),
    traces: createTraceContext(packages.api),
    traceRequests: createTraceRequests(packages.api),
    async stop() {
      stopListening();
      await provider.shutdown();
      for (const part of [trace, context, propagation]) part.disable();
    },
  };
}

async function loadPackages() {
  try {
    const [api, sdk, exporter, resources, hooks, core, bullmq] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('bullmq-otel'),
    ]);
    return { api, ...sdk, ...exporter, ...resources, ...hooks, ...core, ...bullmq };
  } catch (cause) {
    const what = 'OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages for traces cannot be loaded.';
    throw new Error(`${what} docs/operating/README.md says which to install; or leave the variable empty.`, {
      cause,
    });
  }
}

/** A trace begins with a request, or with a run of a job that came without one; timers of the queue begin none. */
function createSampler({ api, SamplingDecision }: Awaited<ReturnType<typeof loadPackages>>) {
  const begins = (name: string, kind: SpanKind) =>
    kind === api.SpanKind.SERVER || (kind === api.SpanKind.CONSUMER && name.startsWith('process '));
  return {
    shouldSample(
      context: Parameters<typeof api.trace.getSpanContext>[0],
      _id: string,
      name: string,
      kind: SpanKind,
    ) {
      const parent = api.trace.getSpanContext(context);
      const isSampled = parent ? (parent.traceFlags & api.TraceFlags.SAMPLED) !== 0 : begins(name, kind);
      return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => 'PoundkeySampler',
  };
}

/** The fields of events that are exported: what happened, never whose phone or user it concerns. */
const ALLOWED = [
  'attemptId',
  'outcome',
  'errorCode',
  'state',
  'status',
  'meaning',
  'repair',
  'attempt',
  'answeredBy',
];

function attributesOf(event: VerificationEvent): Attributes {
  const allowed = ALLOWED.filter((name) => event[name] !== undefined);
  return Object.fromEntries(allowed.map((name) => [`poundkey.${name}`, event[name]]));
}
