import { createReveal } from '../app-passwords/reveal.ts';
import { codeHostOf } from '../domain/mobile-policy.ts';
import { enrolmentCodeRoutes } from '../entra/external-method/enrolment-routes.ts';
import { entraMethodRoutes } from '../entra/external-method/routes.ts';
import type { Events } from '../events.ts';
import { grouped, toShown } from '../journey/request/shown-verification.ts';
import { refusePolicy } from '../journey/sign-in/may-sign-in.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Languages } from '../providers/locales.ts';
import { createCreateLink } from '../self-service/links/create-link.ts';
import { createLinkStore } from '../self-service/links/link-store.ts';
import { selfServiceLinkRoutes } from '../self-service/links/routes.ts';
import { PAGE_PATH, type PageDeps } from '../self-service/page-set.ts';
import type { PageActions, Way } from '../self-service/ports.ts';
import type { Draft } from '../self-service/sessions/session-store.ts';
import { signInPageRoutes } from '../self-service/sign-in/api-routes.ts';
import { createCreateSignInPage } from '../self-service/sign-in/create-page.ts';
import { createSignInPageStore } from '../self-service/sign-in/page-store.ts';
import type { SignInActions } from '../self-service/sign-in/ports.ts';
import { SIGN_IN_PATH } from '../self-service/sign-in/sign-in-set.ts';
import { loadTexts } from '../self-service/texts.ts';
import type { Features } from './create-features.ts';
import { createEntraMethodActions } from './entra-method.ts';
import type { Stores } from './open-stores.ts';

interface PageWiring {
  stores: Stores;
  languages: Languages;
  publicUrl: string;
  follow: PageDeps['follow'];
  clock: Clock;
  events: Events;
  log: Logger;
}

/** The self-service page: what it is made of, and the routes of the REST API that make links to it, and pages for signing in. */
export function createPage(features: Features, wiring: PageWiring) {
  const { stores, publicUrl, follow, clock } = wiring;
  const { run } = stores.database;
  const actions = createPageActions(features, wiring);
  const signIn = createSignInActions(features, wiring);
  const entraMethod = createEntraMethodActions(features, wiring, actions);
  const languages = loadTexts();
  const { sealKeys } = stores;
  const pageUrl = `${publicUrl}${PAGE_PATH}`;
  const createLink = createCreateLink({ ...actions, links: createLinkStore(run), pageUrl, clock });
  const createSignInPage = createCreateSignInPage({
    ...{ pages: createSignInPageStore(run), actions: signIn, clock },
    signInUrl: `${publicUrl}${SIGN_IN_PATH}`,
  });
  const deps: PageDeps = {
    ...{ run, actions, signIn, entraMethod, sealKeys, languages },
    ...{ follow, publicUrl, clock },
  };
  const routes = [
    ...selfServiceLinkRoutes(createLink),
    ...signInPageRoutes(createSignInPage),
    ...entraMethodRoutes(features.entraMethods, publicUrl),
    ...enrolmentCodeRoutes(features.enrolmentCodes),
  ];
  return { deps, routes };
}

/** What people do to sign in with their numbers, by the features that do it. */
function createSignInActions(
  { journey, policies }: Features,
  { languages, publicUrl }: Pick<PageWiring, 'languages' | 'publicUrl'>,
): SignInActions {
  return {
    policyOf: policies.policyOf,
    refusalOf: refusePolicy,
    async request({ audience, locale, clientAddress, ...asked }) {
      const { version: policyVersion } = await policies.current(asked.tenantId);
      // As on the other pages, it is in the language of the number's country if texts are not in that of the page.
      const served = languages.resolveLocale(locale) ?? undefined;
      const optional = { audience: audience ?? undefined, locale: served };
      const from = { clientAddress: clientAddress ?? undefined, codeHost: codeHostOf(publicUrl) };
      return (await journey.requestSignIn({ ...asked, ...optional, ...from, policyVersion })).signIn;
    },
    async read(tenantId, id) {
      const signIn = await journey.readSignIn(tenantId, id);
      const { status, expiresAt, resendAfter } = journey.viewSignIn(signIn);
      return {
        status: signIn.outcome === 'blocked' ? 'withdrawn' : status,
        ...{ country: signIn.country, international: grouped(signIn.phoneNumber) },
        expiresAt: new Date(expiresAt),
        resendAfter: resendAfter === null ? null : new Date(resendAfter),
      };
    },
    cancel: journey.cancelSignIn,
    sendAgain: journey.sendSignInAgain,
    check: journey.checkSignIn,
  };
}

/** What people do on the page, by the features that do it. */
function createPageActions(
  features: Features,
  { stores, languages, publicUrl, clock, events }: Omit<PageWiring, 'follow'>,
): PageActions {
  const { journey, ownPhones, appPasswords, policies } = features;
  const { database, sealKeys } = stores;
  // The page speaks more languages than calls do: then the call is in that of the number's country.
  const requestOf = (draft: Draft, language: string) => toRequest(draft, languages.resolveLocale(language));
  return {
    policyOf: policies.policyOf,
    refusalsOf: async ({ tenantId, userId }, ways = PAGE_WAYS) => {
      const wanted = ways.map((way) => ({ ...way, purpose: 'register' as const }));
      const { refusals } = await journey.findRefusals({ tenantId, userId }, wanted);
      return ways.map((way, place) => ({ ...way, refusals: refusals[place] ?? [] }));
    },
    async check({ tenantId, userId }, draft, locale) {
      const user = { tenantId, userId };
      const { refusals, understood } = await journey.previewRequest(user, requestOf(draft, locale));
      if (understood === null) return { refusals, understood: null };
      const { number, pauseBeforeS, from } = understood;
      const shown = {
        ...{ international: grouped(number.e164), extension: number.extension },
        ...{ pauseBeforeS: pauseBeforeS ?? 0, callerNumber: grouped(from), locale: understood.locale },
      };
      return { refusals, understood: shown };
    },
    async request(user, draft, locale, key) {
      const facts = await journey.readFacts.ofUser(user, clock.now());
      if (!facts) throw new Error('the tenant of a session is gone');
      const { tenantId, userId } = user;
      const own = { idempotencyKey: `page-${key}`, codeHost: codeHostOf(publicUrl) };
      const request = { ...requestOf(draft, locale), ...own, tenantId, userId };
      const { verification } = await journey.requestVerification(request, facts);
      return { id: verification.id };
    },
    read: async ({ tenantId }, id) => toShown(await journey.readVerification(tenantId, id)),
    async cancel(tenantId, verificationId) {
      await journey.cancelVerification(tenantId, verificationId);
      // It is completed in the background, too; whatever is asked for next would find it open until then.
      await journey.advance(verificationId).catch(() => undefined);
    },
    checkCode: journey.checkCode,
    sendAgain: journey.sendAgain,
    reveal: createReveal({ db: database.db, sealKeys, clock, events }),
    listPhones: async (user) => (await ownPhones.list(user)).map(toListedPhone),
    setDefault: ownPhones.setDefault,
    removePhone: ownPhones.remove,
    enableSmsSignIn: ownPhones.enableSmsSignIn,
    disableSmsSignIn: ownPhones.disableSmsSignIn,
    listAppPasswords: async (user) =>
      (await appPasswords.list(user)).map(({ lastUsed, ...each }) => ({
        ...each,
        lastUsedAt: lastUsed?.at ?? null,
      })),
    createAppPassword: (user, name, key) =>
      appPasswords.create(user, { name, expiresAt: null, services: [] }, `page-${key}`),
    revokeAppPassword: appPasswords.revoke,
    revokeAllAppPasswords: appPasswords.revokeAll,
  };
}

/** The ways that the page offers, in its order. */
const PAGE_WAYS: readonly Way[] = [
  { phoneType: 'office', channel: 'call' },
  { phoneType: 'mobile', channel: 'call' },
  { phoneType: 'mobile', channel: 'sms' },
  { phoneType: 'alternateMobile', channel: 'call' },
];

function toRequest({ extension, ...draft }: Draft, locale: string | null) {
  return {
    ...{ ...draft, purpose: 'register' as const },
    ...(extension === '' ? {} : { extension }),
    ...(locale === null ? {} : { locale }),
  };
}

function toListedPhone({
  verifiedAt,
  createdDateTime,
  actions,
  phoneNumber,
  ...phone
}: Awaited<ReturnType<Features['ownPhones']['list']>>[number]) {
  const { allowed, reasons } = actions.remove;
  return {
    ...phone,
    // Microsoft Graph writes an extension behind an x.
    phoneNumber: grouped(phoneNumber.replace(/x\d+$/, '')),
    isVerified: verifiedAt !== null,
    createdAt: new Date(createdDateTime),
    removal: { allowed, codes: reasons.map(({ code }) => code) },
  };
}
