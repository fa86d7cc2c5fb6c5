import type { RequestHandler } from 'express';

/**
 * One span per request, named by method and route (OpenTelemetry, HTTP spans), within the trace that its `traceparent`
 * header names, if any. Never the URL, which may hold identifiers.
 */
export function createTraceRequests(api: typeof import('@opentelemetry/api')): RequestHandler {
  const { context, propagation, trace, SpanKind, SpanStatusCode } = api;
  const tracer = trace.getTracer('poundkey');
  return (req, res, next) => {
    const parent = propagation.extract(context.active(), req.headers);
    const span = tracer.startSpan(
      req.method,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': req.method } },
      parent,
    );
    res.once('close', () => {
      if (req.route !== undefined) {
        const route = `${req.baseUrl}${req.route.path}`;
        span.updateName(`${req.method} ${route}`).setAttribute('http.route', route);
      }
      span.setAttribute('http.response.status_code', res.statusCode);
      if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), next);
  };
}
