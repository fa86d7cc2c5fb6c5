import { type Caller, UserId } from '../api.ts';
import { createReveal } from '../app-passwords/reveal.ts';
import { appPasswordRoutes } from '../app-passwords/routes.ts';
import { assertionRoutes } from '../assertions/routes.ts';
import { createAuditStore } from '../audit/audit-store.ts';
import { auditRoutes } from '../audit/routes.ts';
import { blockRoutes } from '../blocks/routes.ts';
import { capabilityRoutes } from '../capabilities/routes.ts';
import { deliveryHookRoutes } from '../delivery-hooks/routes.ts';
import { entraPhoneProviderRoutes } from '../entra/messages/routes.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import { findRoute } from '../journey/request/find-route.ts';
import type { RefusalsHeard } from '../journey/request/note-refusal.ts';
import { verificationRoutes } from '../journey/request/routes.ts';
import { signInRoutes } from '../journey/sign-in/routes.ts';
import type { UserFacts } from '../journey/store/facts.ts';
import { textRoutes } from '../journey/text/routes.ts';
import type { Logger } from '../log.ts';
import { pbxProfileRoutes } from '../pbx-profiles/routes.ts';
import { importRoute } from '../phone-methods/import-route.ts';
import { phoneMethodRoutes } from '../phone-methods/routes.ts';
import { smsSignInState } from '../phone-methods/sms-sign-in-state.ts';
import type { Clock } from '../platform/clock.ts';
import type { Route } from '../platform/http/route.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import { policyRoutes } from '../policy/routes.ts';
import { type Languages, servedLocale } from '../providers/locales.ts';
import { coloursOf } from '../self-service/brand/brand.ts';
import { keyRoutes } from '../tenants/routes.ts';
import { eraseUserRoute } from '../users/erase-route.ts';
import { createEraseUser } from '../users/erase-user.ts';
import { exportUserRoute } from '../users/export-route.ts';
import { createExportUser } from '../users/export-user.ts';
import { userProfileRoutes } from '../users/routes.ts';
import type { Features } from './create-features.ts';
import type { Stores } from './open-stores.ts';

/** What the routes of the REST API call. */
export interface ApiDeps {
  features: Pick<
    Features,
    | 'apiKeys'
    | 'journey'
    | 'userProfiles'
    | 'pbxProfiles'
    | 'policies'
    | 'blocks'
    | 'appPasswords'
    | 'phoneMethods'
    | 'assertions'
    | 'entraMessages'
    | 'deliveryHooks'
  >;
  stores: Pick<Stores, 'database' | 'sealKeys'>;
  languages: Languages;
  clock: Clock;
  events: Events;
  log: Logger;
}

/** The routes of `/v1`, without those of webhooks and of live progress, which start with what serves them. */
export function createApiRoutes(deps: ApiDeps): Route<CallerWithFacts>[] {
  const { features, stores, languages, clock, events } = deps;
  const { apiKeys, journey, userProfiles, pbxProfiles, policies, blocks, appPasswords, phoneMethods } =
    features;
  const { sealKeys, database } = stores;
  const { db } = database;
  const assertServed = (locale: string) => void servedLocale(languages, locale);
  return [
    ...verificationRoutes(journey),
    ...textRoutes(journey),
    ...signInRoutes(journey),
    ...assertionRoutes(features.assertions),
    findRoute(journey.findVerifications),
    ...appPasswordRoutes({ ...appPasswords, reveal: createReveal({ db, sealKeys, clock, events }) }),
    ...userProfileRoutes({ profiles: userProfiles, assertServed }),
    ...deliveryHookRoutes(features.deliveryHooks.hooks),
    ...entraPhoneProviderRoutes(features.entraMessages.connections),
    ...pbxProfileRoutes(pbxProfiles, policies.current),
    ...phoneMethodRoutes(phoneMethods),
    importRoute(phoneMethods.import),
    eraseUserRoute(createEraseUser({ db, clock })),
    exportUserRoute(createExportUser({ ...policies, run: database.run, clock, smsSignInState })),
    ...policyRoutes(policies, coloursOf),
    ...blockRoutes(blocks, clock),
    ...capabilityRoutes(journey.findRefusals, clock),
    ...keyRoutes(apiKeys),
    ...auditRoutes({ store: createAuditStore(database.run), clock, log: deps.log }),
  ];
}

/** Who sent a request and with which key, with the facts about the user whom it names. */
export interface CallerWithFacts extends Caller {
  keyId: string;
  keyName: string;
  facts: UserFacts;
}

/** Finds the tenant of an API key, and reads in the same statement the facts about the user whom the request names. */
export function createIdentifyCaller({
  apiKeys,
  journey,
  clock,
}: Pick<Features, 'apiKeys' | 'journey'> & { clock: Clock }) {
  return async ({ header, params, body }: IncomingRequest): Promise<CallerWithFacts> => {
    const userId = userIn(params.userId) ?? userIn(body) ?? '';
    return apiKeys.authenticate(header('authorization'), async (keyId) => {
      const found = await journey.readFacts.ofKey(keyId, userId, clock.now());
      if (!found) return null;
      const { name: keyName, scopes, facts } = found;
      return { ...found, facts: { tenantId: facts.tenantId, scopes, keyId, keyName, facts } };
    });
  };
}

/** Why a number did not become a user name, for whoever is asked why somebody cannot sign in with it. */
const KEPT: ReadonlySet<ErrorCode> = new Set([
  ...(['phoneMethod.numberInUse', 'phoneMethod.notVerified', 'phoneMethod.smsSignInNotSupported'] as const),
  'policy.smsSignInRefused',
]);

/**
 * What is done with each request that was refused. Requests for verifications are noted by the journey, which knows the
 * number, as far as they could be read.
 */
export function createRefused({ count, note }: RefusalsHeard) {
  return (code: ErrorCode, operationId: string, caller: CallerWithFacts | undefined): void => {
    count(code);
    if (operationId === 'enableSmsSignIn' && caller?.facts.userId && KEPT.has(code))
      note(caller.facts, new ServiceError(code, 'The number of a mobile was to become a user name.'));
    if (code !== 'request.invalid' || operationId !== 'requestVerification' || !caller?.facts.userId) return;
    const detail = 'The body or a header of the request is not valid; the answer named the fields.';
    note(caller.facts, new ServiceError(code, detail));
  };
}

/** The id of the user, if it is valid; an invalid one is refused when the request is parsed. */
function userIn(named: unknown): string | undefined {
  const id = typeof named === 'object' && named !== null && 'userId' in named ? named.userId : named;
  return UserId.safeParse(id).data;
}
