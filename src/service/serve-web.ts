import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { API_KEY } from '../api.ts';
import { keySetRoutes } from '../assertions/key-set-route.ts';
import { actAs } from '../domain/actor.ts';
import { discoverySet } from '../entra/external-method/discovery-set.ts';
import type { ErrorCode } from '../errors.ts';
import { createWebhookSet, type WebhookDeps } from '../journey/call/webhooks.ts';
import { jobSchemaRoutes } from '../journey/request/job-schema.ts';
import type { Logger } from '../log.ts';
import { redirect } from '../platform/http/answers.ts';
import { createHttpApp } from '../platform/http/http-app.ts';
import { listen } from '../platform/http/http-server.ts';
import { defineOpenSet, defineRouteSet, type MountedSet } from '../platform/http/mount-sets.ts';
import { type Route, routeDefiner, unchecked } from '../platform/http/route.ts';
import type { OnStop } from '../platform/shutdown.ts';
import type { Providers } from '../providers/port.ts';
import { createPageSets, type PageDeps } from '../self-service/page-set.ts';
import type { createApiLanes } from '../tenants/api-lanes.ts';
import { requireScope } from '../tenants/require-scope.ts';
import { apiInfo } from './api-description.ts';
import type { CallerWithFacts, createIdentifyCaller } from './api-routes.ts';
import type { Features } from './create-features.ts';
import type { Stores } from './open-stores.ts';

/** How long a webhook may work before the person hears "one moment", ms. */
const WEBHOOK_BUDGET_MS = 1_000;
/** How long running requests may take once the process stops, ms. */
const LAST_REQUESTS_MS = 5_000;

/** A port that is open before what it serves is built, since that may need to know the address. */
export interface HttpPort {
  url: string;
  /** Serves the app from now on. */
  serve(app: Express): void;
}

/** Opens the port. Until `serve`, requests are answered 404. */
export async function openHttpPort(
  address: { host: string; port: number },
  onStop: OnStop,
): Promise<HttpPort> {
  let answer: RequestListener = express().disable('x-powered-by').disable('etag');
  // Not an app within an app: Express changes the prototypes of each request and answer for each of them.
  const server = await listen((req, res) => answer(req, res), { ...address, variables: 'HOST and PORT' });
  onStop('http', () => server.close(LAST_REQUESTS_MS));
  return {
    url: server.url,
    serve(app) {
      answer = app;
    },
  };
}

/** What the HTTP app is made of. */
export interface WebDeps {
  webhooks: WebhookSetDeps;
  api: ApiSetDeps;
  signingKeys: Stores['signingKeys'];
  page: PageDeps;
  /** Where Microsoft Entra and other identity products hand messages over. */
  messageSets: readonly MountedSet[];
  entra: Pick<Features, 'entraMethods' | 'entraKeys'>;
  /** Where the sandbox is; null: there is none. */
  sandboxUrl: string | null;
  /** Traces requests, if traces are made. */
  traceRequests: RequestHandler | null;
  trustedProxies: readonly string[];
  isStopping: () => boolean;
  log: Logger;
}

/** The HTTP app: webhooks, REST API and its description, and the page for people. */
export function createWeb(deps: WebDeps): Express {
  const { webhooks, api, signingKeys, page, entra, messageSets, sandboxUrl, isStopping, log } = deps;
  const { traceRequests, trustedProxies } = deps;
  const { publicUrl } = webhooks;
  const start = sandboxUrl === null ? [] : [startSet(sandboxUrl)];
  const discovery = discoverySet({ methods: entra.entraMethods, keys: entra.entraKeys, publicUrl });
  const open = [publicSet(), keySetSet(signingKeys), discovery];
  const pages = createPageSets(page);
  const sets = [webhookSet(webhooks, log), apiSet(api), ...messageSets, ...open, ...pages, ...start];
  return createHttpApp({
    sets,
    ...{ isDraining: isStopping, info: apiInfo(publicUrl) },
    ...{ traceRequests, trustedProxies, log },
  });
}

interface WebhookSetDeps {
  journey: Features['journey'];
  providers: Pick<Providers, 'readWebhook' | 'renderStep'>;
  publicUrl: string;
  observeWebhook: WebhookDeps['observeWebhook'];
}

/** `/webhooks`: called by the provider, which signs. */
function webhookSet({ journey, ...deps }: WebhookSetDeps, log: Logger) {
  const { answerCall, recordDigits, followCall, followText } = journey;
  const steps = { answerCall, recordDigits, followCall, followText };
  return createWebhookSet({ ...deps, ...steps, budgetMs: WEBHOOK_BUDGET_MS, log });
}

interface ApiSetDeps {
  identifyCaller: ReturnType<typeof createIdentifyCaller>;
  laneOf: ReturnType<typeof createApiLanes>['laneOf'];
  routes: Route<CallerWithFacts>[];
  /** Hears of each request that was refused. */
  refused: (code: ErrorCode, operationId: string, caller: CallerWithFacts | undefined) => void;
}

/** `/v1`: called by backends with an API key. */
function apiSet({ identifyCaller, laneOf, routes, refused }: ApiSetDeps) {
  return defineRouteSet({
    under: '/v1',
    body: 'json',
    identify: identifyCaller,
    authorize: requireScope,
    laneOf,
    challenge: 'Bearer realm="poundkey"',
    inNameOf: ({ keyId, keyName }, { clientAddress }, work) =>
      actAs({ type: 'apiKey', id: keyId, name: keyName, clientAddress }, work),
    logged: ({ tenantId }) => ({ tenantId }),
    whileDraining: 'refuse',
    mayBeStored: false,
    otherMethods: 'methodNotAllowed',
    security: API_KEY,
    observe: ({ operationId, code }, caller) => {
      if (code !== null) refused(code, operationId, caller);
    },
    routes,
  });
}

/** `/schemas`: open to everybody. */
function publicSet() {
  return defineOpenSet({ under: '/schemas', routes: jobSchemaRoutes() });
}

/** `/`: leads to the sandbox. */
function startSet(sandboxUrl: string) {
  const leadOn = routeDefiner<null>()({
    method: 'get',
    path: '/',
    summary: 'Open the sandbox',
    operationId: 'openSandbox',
    query: unchecked,
    responses: { 302: redirect('The sandbox') },
    problems: [],
    handle: async () => ({ status: 302, body: sandboxUrl }),
  });
  return { ...defineOpenSet({ under: '/', routes: [leadOn] }), mayBeStored: true };
}

/** `/.well-known`: open to everybody. */
function keySetSet(signingKeys: Stores['signingKeys']) {
  return defineOpenSet({ under: '/.well-known', routes: keySetRoutes(signingKeys), isDescribed: true });
}
