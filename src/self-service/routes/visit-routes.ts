/** How people come in by a link, and choose their language. */
import { z } from 'zod';
import type { LinkStore } from '../links/link-store.ts';
import { expiredPage, linkPage, signedInPage } from '../screens/link-screens.ts';
import { hashOfToken, idOfForm, newToken, tokenIn } from '../secrets.ts';
import type { SessionCookie } from '../sessions/cookie.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { PageView } from '../view/page-view.ts';
import {
  FormKey,
  goTo,
  openAction,
  openPage,
  type PageAnswer,
  personalAction,
  type Visitor,
} from './page-route.ts';

/** What these routes need. */
export interface VisitDeps {
  base: string;
  links: LinkStore;
  sessions: SessionStore;
  cookie: SessionCookie;
  /** How the page looks to somebody who came by a link. */
  viewFor(
    visitor: Visitor,
    link: { tenantId: string; locale: string | null; returnUrl: string | null },
  ): Promise<PageView>;
  /** How long links of a tenant last, minutes; null: the tenant is not known. */
  linkMinutes(tenantId: string | null): Promise<number>;
}

/** Mail programs add what they like. */
const LinkToken = z.object({ token: z.string() });

/** Where the language was chosen, below the path of the page. */
const PagePath = z
  .string()
  .regex(/^(\/[\w-]+)*$/)
  .max(200);

/** `/link/{token}`, `/language` and `/stay`. */
export function visitRoutes(deps: VisitDeps) {
  const path = `${deps.base}/link/:token` as `/${string}`;
  return [
    openPage({
      path,
      operationId: 'openSelfServiceLink',
      summary: 'Open a link; it is used only when its button is pressed',
      params: LinkToken,
      show: (visitor, { token }) => showLink(deps, visitor, token),
    }),
    openAction({
      path,
      operationId: 'useSelfServiceLink',
      summary: 'Use a link: begins a session',
      params: LinkToken,
      fields: { formKey: FormKey.optional().catch(undefined) },
      act: (visitor, { token }, { formKey }) => useLink(deps, visitor, token, formKey),
    }),
    personalAction({
      path: `${deps.base}/language` as `/${string}`,
      operationId: 'chooseSelfServiceLanguage',
      summary: 'Choose the language of the page',
      fields: { language: z.string().max(35), at: PagePath.optional() },
      async act({ view, session }, { language, at }) {
        const chosen = view.languages.find(({ tag }) => tag === language) ?? view.language;
        await deps.sessions.speak(session.idHash, chosen.tag);
        return goTo(view, at ?? (session.verificationId === null ? '' : '/now'));
      },
    }),
    personalAction({
      path: `${deps.base}/stay` as `/${string}`,
      operationId: 'staySignedIn',
      summary: 'Keep the session for another quarter of an hour',
      fields: {},
      act: async ({ view }) => ({ status: 200, body: signedInPage(view) }),
    }),
  ];
}

async function showLink(deps: VisitDeps, visitor: Visitor, typed: string): Promise<PageAnswer> {
  const token = tokenIn(typed);
  const link = token === '' ? null : await deps.links.find(hashOfToken(token), visitor.now);
  const view = link === null ? visitor.view : await deps.viewFor(visitor, link);
  const isOfThisBrowser = link !== null && visitor.session?.linkHash === hashOfToken(token);
  if (link === null || link.isOver || (link.usedAt !== null && !isOfThisBrowser))
    return { status: 410, body: expiredPage(view, await deps.linkMinutes(link?.tenantId ?? null)) };
  const action = `${view.base}/link/${token}`;
  return { status: 200, body: linkPage({ ...view, formToken: null }, action, newToken()) };
}

async function useLink(
  deps: VisitDeps,
  visitor: Visitor,
  typed: string,
  formKey: string | undefined,
): Promise<PageAnswer> {
  const token = tokenIn(typed);
  const sessionId = idOfForm({ linkToken: token, formKey, isFromHere: visitor.isFromHere });
  const using = {
    tokenHash: hashOfToken(token),
    sessionHash: hashOfToken(sessionId),
    oldSessionHash: visitor.sessionId === '' ? '' : hashOfToken(visitor.sessionId),
  };
  const use = () => deps.links.use(using, visitor.now);
  // Of two presses at once the later one sees the session of the first only when it looks once more.
  const isIn = token !== '' && ((await use()) || (await use()));
  if (isIn) return goTo(visitor.view, '', deps.cookie.write(sessionId));
  const link = await deps.links.find(using.tokenHash, visitor.now);
  const view = link === null ? visitor.view : await deps.viewFor(visitor, link);
  return { status: 410, body: expiredPage(view, await deps.linkMinutes(link?.tenantId ?? null)) };
}
