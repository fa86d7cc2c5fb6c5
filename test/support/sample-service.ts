/** A small made-up service for the tests of the HTTP machinery, and a client that sends whatever it is told to. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import { ServiceError } from '../../src/errors.ts';
import { createHttpApp } from '../../src/platform/http/http-app.ts';
import { type ClientLimits, type HttpServer, listen } from '../../src/platform/http/http-server.ts';
import { defineRouteSet, type MountedSet } from '../../src/platform/http/mount-sets.ts';
import { type Route, routeDefiner } from '../../src/platform/http/route.ts';
import type { IncomingRequest } from '../../src/platform/http/route-set.ts';

interface Caller {
  name: string;
}

const defineRoute = routeDefiner<Caller>();
const bird = z.object({ id: z.string(), species: z.string() }).meta({ id: 'Bird' });

/** What the handlers of the sample do can be set by each test. */
interface SampleHooks {
  /** Runs inside `GET /v1/birds/:id`. */
  whenRead: () => Promise<void>;
}

function sampleRoutes(hooks: SampleHooks): Route<Caller>[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/birds',
      summary: 'Reports a bird',
      operationId: 'reportBird',
      headers: z.object({ 'idempotency-key': z.string().min(1).max(20).optional() }),
      body: z.object({
        species: z.string().min(2).max(20),
        ring: z
          .string()
          .regex(/^[A-Z]{2}\d+$/, 'This must be two capitals and digits.')
          .optional(),
        count: z.int().min(1).max(99).default(1),
        habitat: z.enum(['forest', 'shore']).optional(),
        seenBy: z.strictObject({ id: z.uuid() }).optional(),
        marks: z.array(z.string()).max(2).optional(),
        seenAt: z.iso.datetime().optional(),
      }),
      responses: {
        201: {
          description: 'Reported',
          schema: bird.extend({ count: z.int(), caller: z.string(), key: z.string().nullable() }),
        },
      },
      problems: ['number.invalid'],
      handle: async ({ body, caller, headers }) => ({
        status: 201,
        body: {
          id: 'b1',
          species: body.species,
          count: body.count,
          caller: caller.name,
          key: headers['idempotency-key'] ?? null,
        },
        headers: { Location: '/v1/birds/b1' },
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/birds/:id',
      summary: 'Reads a bird',
      operationId: 'readBird',
      params: z.object({ id: z.string().min(2).max(10) }),
      query: z.object({
        lang: z.enum(['en', 'sv']).optional(),
        depth: z.coerce.number().int().max(3).optional(),
      }),
      responses: { 200: { description: 'The bird', schema: bird } },
      problems: ['verification.notFound'],
      handle: async ({ params }) => {
        await hooks.whenRead();
        const stored = { id: params.id, species: 'wren', secretNest: 'under the bridge' };
        return { status: 200, body: stored };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/v1/birds/:id',
      summary: 'Forgets a bird',
      operationId: 'forgetBird',
      params: z.object({ id: z.string() }),
      responses: { 200: { description: 'Forgotten', schema: z.object({ forgotten: z.boolean() }) } },
      problems: [],
      handle: async () => ({ status: 200, body: { forgotten: true } }),
    }),
  ];
}

/** Lets in whoever sends `Bearer sesame`. */
function sampleSet(hooks: SampleHooks): MountedSet {
  return defineRouteSet({
    under: '/v1',
    body: 'json',
    identify: async ({ header }: IncomingRequest) => authenticate(header('authorization')),
    challenge: 'Bearer realm="poundkey"',
    logged: ({ name }) => ({ name }),
    whileDraining: 'refuse',
    mayBeStored: false,
    otherMethods: 'methodNotAllowed',
    security: {
      name: 'apiKey',
      scheme: { type: 'http', scheme: 'bearer', description: 'A key' },
      problems: ['apiKey.missing', 'apiKey.invalid'],
    },
    routes: sampleRoutes(hooks),
  });
}

async function authenticate(authorization: string | undefined): Promise<Caller> {
  if (authorization === undefined) throw new ServiceError('apiKey.missing', 'Send a key.');
  if (authorization !== 'Bearer sesame') throw new ServiceError('apiKey.invalid', 'Send another key.');
  return { name: 'ornithologist' };
}

/** A running sample. */
export interface Sample extends HttpServer {
  hooks: SampleHooks;
  /** All lines logged so far, parsed. */
  logged: Record<string, unknown>[];
  /** Whether the service says that it is stopping. */
  draining: boolean;
}

/** Starts the sample on a free port of loopback. @param otherSets served beside that of the birds */
export async function startSample(otherSets: MountedSet[] = [], limits?: ClientLimits): Promise<Sample> {
  const logged: Record<string, unknown>[] = [];
  const log: Logger = pino(
    { level: 'debug' },
    { write: (line: string) => void logged.push(JSON.parse(line)) },
  );
  const hooks: SampleHooks = { whenRead: async () => undefined };
  const state = { draining: false };
  const app = createHttpApp({
    sets: [...otherSets, sampleSet(hooks)],
    log,
    isDraining: () => state.draining,
    traceRequests: null,
    info: { title: 'Birds', version: '1.0.0' },
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 }, limits);
  return Object.assign(state, { ...server, hooks, logged });
}

/** An answer, with its body parsed if it is JSON. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
}

/** Sends exactly what is said: no header is added but `Authorization` (unless given) and those of HTTP itself. */
export async function send(
  service: { port: number },
  method: string,
  path: string,
  options: { headers?: Record<string, string | string[]>; body?: string | Buffer; agent?: Agent } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const framed = options.body === undefined || options.headers?.['transfer-encoding'] !== undefined;
  const length = framed ? {} : { 'content-length': String(Buffer.byteLength(options.body ?? '')) };
  const headers = { authorization: 'Bearer sesame', ...length, ...options.headers };
  const agent = options.agent ?? new Agent();
  const req = request({ host: '127.0.0.1', port: service.port, method, path, headers, agent }, (res) => {
    const parts: Buffer[] = [];
    res.on('data', (part: Buffer) => void parts.push(part));
    res.on('error', reject);
    res.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const isJson = /[/+]json/.test(res.headers['content-type'] ?? '');
      resolve({
        status: res.statusCode ?? 0,
        headers: res.headers,
        text,
        json: isJson && text ? JSON.parse(text) : {},
      });
    });
  });
  req.on('error', reject);
  req.end(options.body);
  return promise;
}

/** A `POST` of JSON; the body is sent as it stands when it is a text. */
export function post(
  service: { port: number },
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return send(service, 'POST', path, {
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}
