/** The self-service page as a route set of its own: its callers are people with a session. */
import { actAs } from '../domain/actor.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import { defineRouteSet, type MountedSet } from '../platform/http/mount-sets.ts';
import type { ProblemPage } from '../platform/http/problem-page.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import { brandOf } from './brand/brand.ts';
import { ENTRA_METHOD_PATH, entraMethodSet } from './entra-method/entra-method-set.ts';
import type { EntraMethodActions } from './entra-method/ports.ts';
import { createIsFromHere } from './from-here.ts';
import { createLinkStore } from './links/link-store.ts';
import type { PageActions } from './ports.ts';
import { appPasswordRoutes } from './routes/app-password-routes.ts';
import { assetSet } from './routes/asset-routes.ts';
import { brandSet } from './routes/brand-routes.ts';
import type { Follow } from './routes/events-route.ts';
import { liveRoutes } from './routes/live-routes.ts';
import type { Visitor } from './routes/page-route.ts';
import { phonesRoutes } from './routes/phones-routes.ts';
import { setupRoutes } from './routes/setup-routes.ts';
import { visitRoutes } from './routes/visit-routes.ts';
import { problemPage } from './screens/link-screens.ts';
import { formTokenOf, hashOfToken } from './secrets.ts';
import { createSessionCookie } from './sessions/cookie.ts';
import { createSessionStore, type Session } from './sessions/session-store.ts';
import { createSignInPageStore } from './sign-in/page-store.ts';
import type { SignInActions } from './sign-in/ports.ts';
import { SIGN_IN_PATH, signInSet } from './sign-in/sign-in-set.ts';
import type { PageLanguages } from './texts.ts';
import type { PageBrand, PageView } from './view/page-view.ts';

/** The path of the page, behind that of the public address. */
export const PAGE_PATH = '/my-phones';

/** How long links last where the tenant is not known, minutes: the default of the policy. */
const LINK_MINUTES = 10;

/** What the page needs. */
export interface PageDeps {
  run: Parameters<typeof createLinkStore>[0];
  actions: PageActions;
  signIn: SignInActions;
  entraMethod: EntraMethodActions;
  sealKeys: KeyRing;
  languages: PageLanguages;
  follow: Follow;
  /** Where people reach the service; its path stands in front of all addresses of the page. */
  publicUrl: string;
  clock: Clock;
}

/** The sets of the page: its files, everything else, and the pages for signing in. */
export function createPageSets(deps: PageDeps): MountedSet[] {
  const sessions = createSessionStore(deps.run);
  const links = createLinkStore(deps.run);
  const cookie = createSessionCookie(deps.publicUrl);
  const base = PAGE_PATH;
  const isFromHere = createIsFromHere(deps.publicUrl);
  const viewOf = createViews(deps);
  const identify = async ({ header, method, originalUrl }: IncomingRequest): Promise<Visitor> => {
    const now = deps.clock.now();
    const sessionId = cookie.read(header('cookie'));
    const known = sessionId === '' ? null : await sessions.find(hashOfToken(sessionId), now);
    const session = known?.isOver ? null : known;
    const look = session ?? (known && { ...known, expiresAt: null });
    const looks = await viewOf(header('accept-language'), look, session === null ? '' : sessionId);
    const [path = ''] = originalUrl.split('?');
    const view = { ...looks, at: method === 'GET' ? path.slice(base.length) : null };
    const extend = () => sessions.extend(session?.idHash ?? '', now);
    const isAhead = method === 'HEAD' || /prefetch|prerender/i.test(header('sec-purpose') ?? '');
    return { session, sessionId, now, view, extend, isAhead, isFromHere: isFromHere(header) };
  };
  const shared = { base, sessions, actions: deps.actions };
  return [
    assetSet(base),
    brandSet(base, deps.actions.policyOf),
    defineRouteSet({
      under: base,
      body: 'form',
      unlisted: true,
      identify,
      logged: ({ session }) => (session === null ? {} : { tenantId: session.tenantId }),
      inNameOf: ({ session }, { clientAddress }, work) =>
        session === null
          ? work()
          : actAs({ type: 'user', id: session.userId, name: null, clientAddress }, work),
      whileDraining: 'answer',
      mayBeStored: false,
      otherMethods: 'methodNotAllowed',
      security: null,
      problemPage: problems(deps, { unchanged: 'problem.text', canGoBack: true }),
      routes: [
        ...visitRoutes({
          ...shared,
          links,
          cookie,
          viewFor: (visitor, link) => viewOf(visitor.view.language.tag, { ...link, expiresAt: null }, ''),
          linkMinutes: async (tenantId) =>
            tenantId === null
              ? LINK_MINUTES
              : (await deps.actions.policyOf(tenantId)).selfService.linkMinutes,
        }),
        ...setupRoutes(shared),
        ...liveRoutes({ ...shared, cookie, follow: deps.follow, now: deps.clock.now }),
        ...phonesRoutes(shared),
        ...appPasswordRoutes(shared),
      ],
    }),
    signInPages(deps, viewOf),
    entraMethodPages(deps, viewOf),
  ];
}

/** The pages for signing in, in the look of this page. */
function signInPages(deps: PageDeps, viewOf: ReturnType<typeof createViews>): MountedSet {
  const { run, signIn, sealKeys, publicUrl, clock } = deps;
  return signInSet({
    ...{ sealKeys, publicUrl, now: clock.now, actions: signIn },
    pages: createSignInPageStore(run),
    path: `${pathOf(publicUrl)}${SIGN_IN_PATH}`,
    viewOf: (accepted, page) => viewOf(accepted, page && { ...page, returnUrl: null, expiresAt: null }, ''),
    problemPage: problems(deps, { unchanged: 'signIn.problem', canGoBack: false }),
  });
}

/** The pages for sign-ins of Entra, likewise. */
function entraMethodPages(deps: PageDeps, viewOf: ReturnType<typeof createViews>): MountedSet {
  const { entraMethod, publicUrl, follow, clock } = deps;
  return entraMethodSet({
    ...{ actions: entraMethod, publicUrl, follow, now: clock.now },
    path: `${pathOf(publicUrl)}${ENTRA_METHOD_PATH}`,
    viewOf: (accepted, known) =>
      viewOf(accepted, known && { ...known, returnUrl: null, expiresAt: null }, ''),
    problemPage: problems(deps, { unchanged: 'signIn.problem', canGoBack: false }),
  });
}

function problems(deps: PageDeps, about: Parameters<typeof problemPage>[2]): ProblemPage {
  return ({ body }, { header }) => ({
    html: problemPage(neutralView(deps, header('accept-language')), body, about),
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PROBLEM_POLICY },
  });
}

const PROBLEM_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** How the page looks to somebody of whom nothing is known. */
function neutralView({ languages, publicUrl, clock }: PageDeps, accepted: string | undefined): PageView {
  return {
    base: `${pathOf(publicUrl)}${PAGE_PATH}`,
    files: `${pathOf(publicUrl)}${PAGE_PATH}/assets`,
    at: null,
    language: languages.choose(accepted),
    languages: languages.all,
    brand: { name: 'Poundkey', stylesheet: null, logo: null, contact: null, helpUrl: null, privacyUrl: null },
    formToken: null,
    returnUrl: null,
    now: clock.now(),
    sessionEnds: null,
  };
}

type Known = Pick<Session, 'tenantId' | 'locale' | 'returnUrl'> & { expiresAt: Date | null };

function createViews(deps: PageDeps) {
  return async (accepted: string | undefined, known: Known | null, sessionId: string): Promise<PageView> => {
    const neutral = neutralView(deps, accepted);
    if (known === null) return neutral;
    const policy = await deps.actions.policyOf(known.tenantId);
    return {
      ...neutral,
      language: deps.languages.choose(known.locale, accepted, policy.locale),
      brand: shownBrand(neutral.base, known.tenantId, policy),
      formToken: sessionId === '' ? null : formTokenOf(sessionId),
      returnUrl: known.returnUrl,
      sessionEnds: known.expiresAt,
    };
  };
}

/** The brand as pages name it: the files have addresses that change with their contents. */
function shownBrand(base: string, tenantId: string, policy: TenantPolicy): PageBrand {
  const { version, logo, name, contact, helpUrl, privacyUrl } = brandOf(policy);
  const at = `${base}/brand/${tenantId}/${version}`;
  const own = policy.selfService.colour === null ? null : `${at}/colours.css`;
  return { name, contact, helpUrl, privacyUrl, stylesheet: own, logo: logo === null ? null : `${at}/logo` };
}

function pathOf(publicUrl: string): string {
  return publicUrl === '' ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}
