import type { RequestHandler } from 'express';
import type { Caller } from '../api.ts';
import { createReveal } from '../app-passwords/reveal.ts';
import { appPasswordRoutes } from '../app-passwords/routes.ts';
import { mountWebhooks, type WebhookDeps } from '../journey/call/webhooks.ts';
import { mountJobSchema } from '../journey/request/job-schema.ts';
import { verificationRoutes } from '../journey/request/routes.ts';
import { createPbxProfiles } from '../pbx-profiles/pbx-profiles.ts';
import { pbxProfileRoutes } from '../pbx-profiles/routes.ts';
import { createListPhoneMethods } from '../phone-methods/list.ts';
import { phoneMethodRoutes } from '../phone-methods/routes.ts';
import type { Clock } from '../platform/clock.ts';
import { createHttpApp } from '../platform/http/http-server.ts';
import type { Route } from '../platform/http/route.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import { administrationRoutes } from './administration.ts';
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
  const { journey, log, stores, events, clock, publicUrl, providers } = parts;
  const { db } = stores.database;
  return createHttpApp({
    routes: [
      ...verificationRoutes({ ...journey, clock }),
      ...appPasswordRoutes({ reveal: createReveal({ db, sealKeys: stores.sealKeys, clock, events }) }),
      ...createUserProfileRoutes(parts.userProfiles, parts.languages),
      ...pbxProfileRoutes(createPbxProfiles({ db }), parts.policies.current),
      ...phoneMethodRoutes({ listPhoneMethods: createListPhoneMethods({ db }) }),
      ...administrationRoutes({ ...parts, clock }),
      ...parts.outward,
    ],
    authenticate: (authorization) => parts.apiKeys.authenticate(authorization),
    raw: (app) => {
      if (parts.traceRequests) app.use(parts.traceRequests);
      mountJobSchema(app);
      mountWebhooks(app, {
        ...journey,
        publicUrl,
        providers,
        observeWebhook: parts.observeWebhook,
        budgetMs: WEBHOOK_BUDGET_MS,
        log,
      });
    },
    isDraining: parts.isStopping,
    info: API_INFO,
    log,
  });
}
