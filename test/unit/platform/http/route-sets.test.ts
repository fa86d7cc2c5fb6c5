// Sets of routes with other kinds of callers and bodies than the API: older apps with a user name and a password, and
// a page with a session and forms.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ServiceError } from '../../../../src/errors.ts';
import { htmlPage, noBody, redirect } from '../../../../src/platform/http/answers.ts';
import { defineRouteSet, type MountedSet } from '../../../../src/platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../../../src/platform/http/route.ts';
import type { Answered, IncomingRequest } from '../../../../src/platform/http/route-set.ts';
import { post, type Sample, send, startSample } from '../../../support/sample-service.ts';

interface App {
  user: string;
}
interface Session {
  session: string;
  isNew: boolean;
}

const observed: Answered[] = [];
const identified: Omit<IncomingRequest, 'header'>[] = [];
const common = { mayBeStored: false, otherMethods: 'methodNotAllowed' } as const;

/** Knows every user whose password is "sesame". */
async function basicUser({
  header,
  query,
  clientAddress,
  ...request
}: IncomingRequest): Promise<App & { since: number }> {
  identified.push({ ...request, query: { ...query }, clientAddress });
  const text = Buffer.from(header('authorization')?.slice('Basic '.length) ?? '', 'base64').toString();
  const [user = '', password] = text.split(':');
  if (password !== 'sesame') throw new ServiceError('apiKey.invalid', 'Sign in.');
  return { user, since: 1 };
}

function appSet(): MountedSet {
  const defineRoute = routeDefiner<App>();
  const Nest = z.strictObject({ nest: z.string() });
  return defineRouteSet({
    ...common,
    under: '/apps',
    body: 'json',
    identify: basicUser,
    challenge: 'Basic realm="birds"',
    logged: ({ user }) => ({ user }),
    whileDraining: 'answer',
    security: {
      name: 'appPassword',
      scheme: { type: 'http', scheme: 'basic', description: 'User name and app password' },
      problems: ['apiKey.invalid'],
    },
    observe: (answered) => void observed.push(answered),
    routes: [
      defineRoute({
        method: 'put',
        path: '/apps/nests/:id',
        summary: 'Changes a nest',
        operationId: 'changeNest',
        params: z.object({ id: z.string().max(3) }),
        query: unchecked,
        body: Nest,
        responses: { 200: { description: 'Changed', schema: Nest } },
        problems: [],
        handle: async ({ body, caller }) => ({
          status: 200,
          body: { nest: `${body.nest} of ${caller.user}` },
        }),
      }),
    ],
  });
}

async function session({ header }: IncomingRequest): Promise<Session> {
  const [, name] = /session=(\w+)/.exec(header('cookie') ?? '') ?? [];
  return { session: name ?? 'new', isNew: name === undefined };
}

function pageSet(): MountedSet {
  const defineRoute = routeDefiner<Session>();
  return defineRouteSet({
    ...common,
    under: '/pages',
    body: 'form',
    identify: session,
    whileDraining: 'refuse',
    security: null,
    routes: [
      defineRoute({
        method: 'get',
        path: '/pages',
        summary: 'Shows the page',
        operationId: 'showPage',
        responses: { 200: htmlPage('The page', { defaultSrc: ["'none'"], formAction: ["'self'"] }) },
        problems: [],
        handle: async ({ caller }) => ({ status: 200, body: `<p>${caller.session}</p>` }),
      }),
      defineRoute({
        method: 'post',
        path: '/pages',
        summary: 'Sends the form',
        operationId: 'sendForm',
        body: z.object({ bird: z.string().max(5), marks: z.array(z.string()).optional() }),
        responses: { 303: redirect('Sent') },
        problems: [],
        handle: async ({ body, caller }) => ({
          status: 303,
          body: `/pages?bird=${body.bird}&marks=${body.marks?.length ?? 0}`,
          headers: { 'Set-Cookie': [`session=${caller.session}`, `isNew=${caller.isNew}`] },
        }),
      }),
    ],
  });
}

let service: Sample;
beforeAll(async () => {
  service = await startSample([appSet(), pageSet()]);
});
beforeEach(() => {
  service.logged.length = 0;
  service.draining = false;
  observed.length = 0;
  identified.length = 0;
});
afterAll(() => service.close(1_000));

const json = { 'content-type': 'application/json' };
const anna = { authorization: `Basic ${Buffer.from('anna:sesame').toString('base64')}` };
const stranger = { authorization: `Basic ${Buffer.from('anna:open').toString('base64')}` };
const change = (headers: Record<string, string>, body: string, path = '/apps/nests/n1') =>
  send(service, 'PUT', path, { headers: { ...json, ...headers }, body });
const submit = (body: string, headers: Record<string, string> = {}) =>
  send(service, 'POST', '/pages', { body, headers });

/** The one line of the request log, once it is there. */
const requestLine = () =>
  vi.waitFor(() => {
    const lines = service.logged.filter((line) => 'route' in line);
    expect(lines).toHaveLength(1);
    return lines[0] ?? {};
  });

describe('a caller', () => {
  test('is found by the whole request: body, parameters and query are there, unchecked', async () => {
    const answer = await change(anna, '{"nest":7}', '/apps/nests/n%0012?a=1&b=2&b=3');
    expect(answer.status).toBe(400);
    expect(identified).toMatchObject([
      {
        operationId: 'changeNest',
        originalUrl: '/apps/nests/n%0012?a=1&b=2&b=3',
        params: { id: 'n\u000012' },
        query: { a: '1', b: ['2', '3'] },
        body: { nest: 7 },
      },
    ]);
  });

  test('reaches the route', async () => {
    expect((await change(anna, '{"nest":"oak"}')).json).toEqual({ nest: 'oak of anna' });
  });

  test('that is nobody known gets the challenge of the set', async () => {
    const answer = await change(stranger, '{"nest":"oak"}');
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic realm="birds"' } });
    const other = await post(service, '/v1/birds', {}, { authorization: 'Bearer open' });
    expect(other.headers['www-authenticate']).toBe('Bearer realm="poundkey"');
  });

  test.each<[what: string, headers: Record<string, string>, body: string, status: number]>([
    ['cannot be parsed', json, '{"nest":', 400],
    ['is too large', json, JSON.stringify({ nest: 'x'.repeat(20_000) }), 413],
    ['is no JSON', { 'content-type': 'text/plain' }, 'oak', 415],
    ['is compressed', { 'content-encoding': 'gzip' }, 'oak', 415],
    ['breaks a rule', json, '{"nest":7}', 400],
  ])('that is nobody known hears nothing of a body that %s', async (_what, headers, body, status) => {
    expect((await change({ ...stranger, ...headers }, body)).status).toBe(401);
    expect((await change({ ...anna, ...headers }, body)).status).toBe(status);
  });

  test('must be what a route wants', () => {
    const defineRoute = routeDefiner<{ admin: true }>();
    const route = defineRoute({
      method: 'get',
      path: '/apps/x',
      summary: 'x',
      operationId: 'x',
      responses: { 204: noBody('Done') },
      problems: [],
      handle: async () => ({ status: 204, body: null }),
    });
    const rest = {
      ...common,
      under: '/apps',
      body: 'none',
      whileDraining: 'answer',
      security: null,
    } as const;
    // @ts-expect-error users of apps are no administrators
    defineRouteSet({ ...rest, identify: async (): Promise<App> => ({ user: 'x' }), routes: [route] });
    const outside = {
      ...rest,
      under: '/app',
      identify: async () => ({ admin: true as const }),
      routes: [route],
    } as const;
    expect(() => defineRouteSet(outside)).toThrow('The route /apps/x is not under /app');
  });
});

describe('the log of requests', () => {
  test('names the code of a refusal and its caller', async () => {
    await change(anna, '{"nest":7}');
    expect(await requestLine()).toMatchObject({ status: 400, code: 'request.invalid', user: 'anna' });
  });

  test('names no caller who was not found', async () => {
    await change(stranger, '{"nest":"oak"}');
    const line = await requestLine();
    expect(line).toMatchObject({ status: 401, code: 'apiKey.invalid' });
    expect(line).not.toHaveProperty('user');
  });

  test('has no code for a success', async () => {
    await change(anna, '{"nest":"oak"}');
    expect(await requestLine()).not.toHaveProperty('code');
  });
});

test('a set hears how each request was answered', async () => {
  await change(anna, '{"nest":"oak"}');
  await change(anna, '{"nest":7}');
  expect(observed).toEqual([
    { operationId: 'changeNest', status: 200, code: null, seconds: expect.any(Number) },
    { operationId: 'changeNest', status: 400, code: 'request.invalid', seconds: expect.any(Number) },
  ]);
});

describe('a page', () => {
  test('is shown under its own content policy', async () => {
    const answer = await send(service, 'GET', '/pages', { headers: { cookie: 'session=s1' } });
    expect(answer).toMatchObject({ status: 200, text: '<p>s1</p>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none';form-action 'self'",
      'x-content-type-options': 'nosniff',
    });
  });

  test('takes a form and leads on, with cookies', async () => {
    const { status, headers, text } = await submit('bird=wr%65n&marks=a&marks=b', { cookie: 'session=s1' });
    expect({ status, text }).toEqual({ status: 303, text: '' });
    expect(headers.location).toBe('/pages?bird=wren&marks=2');
    expect(headers['set-cookie']).toEqual(['session=s1', 'isNew=false']);
  });

  test('names the fields of a form that are wrong', async () => {
    const { json: problem } = await submit('bird=ostrich&wings=2&marks=a%00');
    expect(problem).toMatchObject({ code: 'request.invalid', status: 400 });
    expect((problem.errors as { field: string }[]).map(({ field }) => field)).toEqual([
      'marks',
      'bird',
      'wings',
    ]);
  });

  test.each<[what: string, headers: Record<string, string>, body: string, status: number]>([
    ['is too large', {}, `bird=${'x'.repeat(70_000)}`, 413],
    ['has an unknown charset', { 'content-type': 'text/plain; charset=klingon' }, 'bird=wren', 415],
  ])('takes no form that %s', async (_what, headers, body, status) => {
    expect((await submit(body, headers)).status).toBe(status);
  });
});

test('each set says what becomes of requests while the process stops', async () => {
  service.draining = true;
  expect((await change(anna, '{"nest":"oak"}')).status).toBe(200);
  expect((await send(service, 'GET', '/pages')).json).toMatchObject({
    status: 503,
    code: 'service.stopping',
  });
});

test('the description has the described sets, each with what it asks of callers', async () => {
  const { json: api } = await send(service, 'GET', '/openapi.json');
  expect(Object.keys(api.paths as object)).toEqual(['/apps/nests/{id}', '/v1/birds', '/v1/birds/{id}']);
  expect(api).toMatchObject({
    security: [{ appPassword: [] }],
    paths: {
      '/apps/nests/{id}': {
        put: { responses: { 401: { description: expect.stringMatching(/apiKey\.invalid/) } } },
      },
      '/v1/birds': { post: { security: [{ apiKey: [] }] } },
    },
    components: { securitySchemes: { appPassword: { scheme: 'basic' }, apiKey: { scheme: 'bearer' } } },
  });
  expect(JSON.stringify(api.paths)).toContain('service.stopping');
  expect(JSON.stringify((api.paths as Record<string, unknown>)['/apps/nests/{id}'])).not.toContain(
    'service.stopping',
  );
});
