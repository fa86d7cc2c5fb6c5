// Traces, as a collector receives them.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createEvents } from '../../../src/events.ts';
import { createLogger } from '../../../src/log.ts';
import { redactTelemetry } from '../../../src/ops/tracing/redact-telemetry.ts';
import { startTracing } from '../../../src/ops/tracing/start-tracing.ts';
import { worldOf } from '../../support/operator.ts';
import { ANY_STORE, describeEachStore } from '../../support/stores.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  events: { name: string }[];
}

/** A collector that takes OTLP over HTTP as JSON. */
async function openCollector() {
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => void parts.push(part));
    req.on('end', () => {
      if (req.url === '/v1/traces') bodies.push(Buffer.concat(parts).toString());
      res.setHeader('content-type', 'application/json').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => bodies.join('\n'),
    spans: (): Span[] =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: Span[] }[] }) =>
          resource.scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
  };
}

const attribute = (span: Span | undefined, key: string) =>
  Object.values(span?.attributes.find((each) => each.key === key)?.value ?? {})[0];

describeEachStore('a trace', (combination) => {
  it('leads from the request through the queue to the outcome, and tells nothing personal', async () => {
    const collector = await openCollector();
    const world = await worldOf(combination, { config: { traces: { endpoint: collector.endpoint } } });
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const caller = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const { body } = await world.api('POST', '/v1/verifications', { userId: 'olle', number }, caller);
    await world.settle();
    expect((await world.read(body.id)).outcome).toBe('approved');
    await world.service.stop();

    const trace = collector.spans().filter((span) => span.traceId === '0af7651916cd43dd8448eb211c80319c');
    const named = (name: string) => trace.filter((span) => span.name === name);
    const [request] = named('POST /v1/verifications');
    const [added] = named('add verifications.advance');
    const runs = named('process verifications');
    expect(request?.parentSpanId).toBe('b7ad6b7169203331');
    expect(attribute(request, 'http.response.status_code')).toBe(201);
    expect(added?.parentSpanId).toBe(request?.spanId);
    expect(runs.length).toBeGreaterThanOrEqual(1);
    for (const run of runs) expect(run.parentSpanId).toBe(added?.spanId);
    const last = trace.find((span) => span.events.some(({ name }) => name === 'verification.finished'));
    expect(last).toMatchObject({ name: 'complete verification', parentSpanId: request?.spanId });
    expect(attribute(last, 'poundkey.outcome')).toBe('approved');
    expect(runs.flatMap(({ events }) => events.map(({ name }) => name))).toContain('call.placed');

    const webhook = collector.spans().find((span) => span.name === 'POST /webhooks/calls/:attemptId/digits');
    expect(attribute(webhook, 'poundkey.verification.id')).toBe(body.id);
    const roots = collector.spans().filter((span) => !span.parentSpanId);
    expect(roots.filter(({ name }) => !/^(GET|POST) /.test(name))).toEqual([]);
    for (const personal of [number, number.slice(1), 'olle', 'contoso', world.key])
      expect(collector.received()).not.toContain(personal);
  });
});

it('is not made when no collector is named', async () => {
  const world = await worldOf(ANY_STORE);
  const { id } = await world.request('press-pound');
  const job = await world.service.jobs.queue.getJob(id);
  expect(job?.opts.telemetry).toBeUndefined();
});

it('is lost, and nothing else, when the collector cannot be reached', async () => {
  const world = await worldOf(ANY_STORE, { config: { traces: { endpoint: 'http://127.0.0.1:1' } } });
  expect((await world.story('press-pound')).outcome).toBe('approved');
});

it('cannot be made without the optional packages, and says which file names them', async () => {
  vi.doMock('bullmq-otel', () => {
    throw new Error('Cannot find package');
  });
  onTestFinished(() => void vi.doUnmock('bullmq-otel'));
  const events = createEvents(createLogger({ level: 'silent' }));
  await expect(startTracing({ endpoint: 'http://127.0.0.1:1', events })).rejects.toThrow(
    'docs/operating/README.md says which to install',
  );
});

it('holds back whatever BullMQ says that others have written', () => {
  const told: Record<string, unknown> = {};
  const span = {
    setAttribute: (name: string, value: unknown) => void Object.assign(told, { [name]: value }),
    setAttributes: (attributes: object) => void Object.assign(told, attributes),
  };
  const telemetry = redactTelemetry({ tracer: { startSpan: () => span }, contextManager: {} } as never);
  const quiet = telemetry.tracer.startSpan('process', { kind: 4 });
  quiet.setAttributes({
    'bullmq.queue.name': 'q',
    'bullmq.job.options': '{"pin":1}',
    'bullmq.job.id': '+46812345678',
  });
  quiet.setAttribute('bullmq.job.result', '{"number":"+46812345678"}');
  quiet.recordException(new TypeError('cannot call +46812345678'));
  quiet.addEvent('job failed', { 'bullmq.job.failed.reason': '+46812345678' });
  expect(told).toEqual({ 'bullmq.queue.name': 'q', 'error.type': 'TypeError' });
});
