// What the operators' port refuses, and how.
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { worldOn } from '../../support/open-worlds.ts';
import { ask, basic, OPERATOR, OPS } from '../../support/operator.ts';
import { ANY_STORE } from '../../support/stores.ts';

const QUEUE = '/board/api/queues/verifications';
const signedIn = basic(OPERATOR.user, OPERATOR.password);

describe('the operators’ port', () => {
  const { world } = worldOn(ANY_STORE, { config: { ops: OPS } });

  it.each([
    ['POST', '/healthz', 405, 'route.methodNotAllowed'],
    ['DELETE', '/readyz', 405, 'route.methodNotAllowed'],
    ['PUT', '/metrics', 405, 'route.methodNotAllowed'],
    ['PATCH', '/metrics', 405, 'route.methodNotAllowed'],
    ['GET', '/', 404, 'route.notFound'],
    ['GET', '/healthz/', 404, 'route.notFound'],
    ['GET', '/Metrics', 404, 'route.notFound'],
    ['GET', '/v1/verifications', 404, 'route.notFound'],
    ['POST', '/webhooks/calls/x/answer', 404, 'route.notFound'],
    ['GET', '/%E0%A4%A', 404, 'route.notFound'],
    ['GET', '/boardroom', 404, 'route.notFound'],
  ])('answers %s %s with %i', async (method, path, status, code) => {
    const answer = await ask(world, path, { method });
    expect(answer).toMatchObject({ status, json: { code, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each([
    ['no sign-in', {}, 401],
    ['a wrong password', basic(OPERATOR.user, 'correct horse'), 401],
    ['a wrong user', basic('nobody', OPERATOR.password), 401],
    ['another scheme', { authorization: `Bearer ${OPERATOR.password}` }, 401],
    ['a page of another site', { ...signedIn, 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of a sister site', { ...signedIn, 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', { ...signedIn, origin: 'https://evil.example' }, 403],
    ['no origin at all', { ...signedIn, origin: 'null' }, 403],
  ])('refuses a change that comes with %s', async (_what, headers, status) => {
    expect((await ask(world, `${QUEUE}/pause`, { method: 'PUT', headers })).status).toBe(status);
    expect(await world.service.jobs.queue.isPaused()).toBe(false);
  });

  it.each([
    ['POST', `${QUEUE}/add`, 403],
    ['PATCH', `${QUEUE}/1/update-data`, 403],
    ['PUT', '/board/api/queues/nothing/pause', 404],
    ['PUT', `${QUEUE}/no-such-job/retry`, 404],
  ])('refuses an operator %s %s with %i', async (method, path, status) => {
    const headers = { ...signedIn, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'x', data: {}, jobData: {} });
    expect((await ask(world, path, { method, headers, body })).status).toBe(status);
  });

  it('refuses to show anything to a wrong sign-in, and logs no password', async () => {
    const headers = basic(OPERATOR.user, 'wrong-password-of-olga');
    expect((await ask(world, '/board/', { headers })).status).toBe(401);
    const log = world.log.join('');
    expect(log).toContain('sign-in to the queue board refused');
    expect(log).not.toMatch(/wrong-password-of-olga|b2xnYT/);
  });

  it.each(['../../../package.json', '..%2f..%2fpackage.json', 'js/%2e%2e/%2e%2e/index.ejs'])(
    'serves no file beside those of the board: static/%s',
    async (path) => {
      const { status, text } = await ask(world, `/board/static/${path}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain('"dependencies"');
    },
  );
});

it.each([
  [{ OPS_PORT: '70000' }, 'OPS_PORT must be between 0 and 65535'],
  [{ OPS_PORT: 'http' }, 'OPS_PORT must be a whole number'],
  [{ OPS_USER: 'olga' }, 'OPS_PASSWORD is required with OPS_USER'],
  [{ OPS_PASSWORD: 'correct horse battery' }, 'OPS_USER is required with OPS_PASSWORD'],
  [{ OPS_USER: 'olga', OPS_PASSWORD: 'short' }, 'OPS_PASSWORD must have at least 12 characters'],
  [{ OPS_USER: 'ol:ga', OPS_PASSWORD: 'correct horse battery' }, 'OPS_USER must be 1 to 64 visible'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT must be an address'],
])('refuses the setting %j', (environment, problem) => {
  expect(() => readConfig(environment)).toThrow(problem);
});
