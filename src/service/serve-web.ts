import type { RequestHandler } from 'express';
import { API_KEY, type Caller } from '../api.ts';
import { createReveal } from '../app-passwords/reveal.ts';
import { appPasswordRoutes } from '../app-passwords/routes.ts';
import { createWebhookSet, type WebhookDeps } from '../journey/call/webhooks.ts';
import { jobSchemaRoutes } from '../journey/request/job-schema.ts';
import { verificationRoutes } from '../journey/request/routes.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { pbxProfileRoutes } from '../pbx-profiles/routes.ts';
import { createListPhoneMethods } from '../phone-methods/list.ts';
import { phoneMethodRoutes } from '../phone-methods/routes.ts';
import type { Clock } from '../platform/clock.ts';
import { createHttpApp } from '../platform/http/http-app.ts';
import { defineRouteSet } from '../platform/http/mount-sets.ts';
import type { Route } from '../platform/http/route.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { administrationRoutes } from './administration.ts';
import { type CallerWithFacts, createIdentifyCaller } from './identify-caller.ts';
import type { ServiceParts } from './parts.ts';
import { createUserProfileRoutes } from './user-profiles.ts';

/** How long a webhook may work before the person hears "one moment", ms. */
const WEBHOOK_BUDGET_MS = 1_000;
const API_INFO = { title: 'Poundkey', version: '1' };

/** What only the HTTP side needs. */
export interface WebParts {
  /** Routes of parts that wire themselves. */
  outward: Route<Caller>[];
  clock: Clock;
  providers: Pick<Providers, 'readWebhook' | 'renderStep'>;
  observeWebhook: WebhookDeps['observeWebhook'];
  /** Traces requests, if traces are made. */
  traceRequests: RequestHandler | null;
  languages: Languages;
  publicUrl: string;
  isStopping: () => boolean;
}

/** The HTTP side: webhooks, REST API and its description. */
export function createWeb(parts: ServiceParts & WebParts) {
  const { log, isStopping, traceRequests } = parts;
  return createHttpApp({
    sets: [webhookSet(parts), apiSet(parts), publicSet()],
    isDraining: isStopping,
    traceRequests,
    info: API_INFO,
    log,
  });
}

/** `/webhooks`: called by the provider, which signs. */
function webhookSet(parts: ServiceParts & WebParts) {
  const { journey, log, publicUrl, providers, observeWebhook } = parts;
  return createWebhookSet({
    ...journey,
    publicUrl,
    providers,
    observeWebhook,
    budgetMs: WEBHOOK_BUDGET_MS,
    log,
  });
}

/** `/v1`: called by backends with an API key. */
function apiSet(parts: ServiceParts & WebParts) {
  return defineRouteSet({
    under: '/v1',
    body: 'json',
    identify: createIdentifyCaller(parts),
    challenge: 'Bearer realm="poundkey"',
    logged: ({ tenantId }) => ({ tenantId }),
    whileDraining: 'refuse',
    mayBeStored: false,
    otherMethods: 'methodNotAllowed',
    security: API_KEY,
    routes: apiRoutes(parts),
  });
}

function apiRoutes(parts: ServiceParts & WebParts): Route<CallerWithFacts>[] {
  const { journey, stores, events, clock, languages } = parts;
  const { db } = stores.database;
  return [
    ...verificationRoutes(journey),
    ...appPasswordRoutes({ reveal: createReveal({ db, sealKeys: stores.sealKeys, clock, events }) }),
    ...createUserProfileRoutes(parts.userProfiles, languages),
    ...pbxProfileRoutes(createPbxProfiles({ db }), parts.policies.current),
    ...phoneMethodRoutes({ listPhoneMethods: createListPhoneMethods({ db }) }),
    ...administrationRoutes({ ...parts, clock }),
    ...parts.outward,
  ];
}

/** `/schemas`: open to everybody. */
function publicSet() {
  return defineRouteSet({
    under: '/schemas',
    body: 'none',
    identify: async () => null,
    whileDraining: 'answer',
    mayBeStored: true,
    otherMethods: 'methodNotAllowed',
    security: null,
    routes: jobSchemaRoutes(),
  });
}
