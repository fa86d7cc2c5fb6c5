import { z } from 'zod';
import { actAs } from '../../domain/actor.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import { createIsFromHere } from '../from-here.ts';
import { formTokenOf, hashOfToken, tokenIn } from '../secrets.ts';
import { type Cookie, createCookie, shortHash } from '../sessions/cookie.ts';
import type { PageView } from '../view/page-view.ts';
import type { SignInPage, SignInPageStore } from './page-store.ts';

/** Browsers keep cookies for 400 days at most (RFC 6265bis, section 5.5), s. */
const DEVICE_MAX_AGE_S = 400 * 86_400;

/** Who opens a page for signing in. */
export interface SignInVisitor {
  /** The page that the address names; null: there is none. */
  page: SignInPage | null;
  /** What the browser has that pages are bound to; empty: nothing. */
  browserId: string;
  /** The token in the address; empty: it has none. */
  linkToken: string;
  /** Whether a page of this service led here. */
  isFromHere: boolean;
  /** Whether the page is bound to this browser. */
  isOwner: boolean;
  /** Of an earlier sign-in on this device; empty: none. */
  deviceToken: string;
  view: PageView;
  clientAddress: string | null;
  now: Date;
}

/** Whose page it is. */
export interface PageOwner extends SignInVisitor {
  page: SignInPage;
}

/** What finding a visitor needs. */
interface VisitorDeps {
  pages: Pick<SignInPageStore, 'find' | 'findByToken'>;
  cookies: SignInCookies;
  /** The path of these pages, behind the host. */
  path: string;
  /** Where people reach the service. */
  publicUrl: string;
  /** How a page of a tenant looks; null: nothing is known. */
  viewOf(accepted: string | undefined, page: SignInPage | null): Promise<PageView>;
  now(): Date;
}

/** Finds the page that an address names, and whether it is this browser's. */
export function createIdentifyVisitor(deps: VisitorDeps) {
  const isFromHere = createIsFromHere(deps.publicUrl);
  return async ({
    header,
    params,
    clientAddress,
  }: Pick<IncomingRequest, 'header' | 'params' | 'clientAddress'>): Promise<SignInVisitor> => {
    const token = tokenIn(params.token ?? '');
    const page = await pageOf(deps, token, params.id ?? '');
    const browserId = deps.cookies.browser.read(header('cookie'));
    const isOwner = isBoundTo(page, browserId);
    const isFree = page !== null && page.browserHash === null;
    const view = await deps.viewOf(header('accept-language'), page);
    const device = page && deps.cookies.deviceOf(page.tenantId);
    return {
      ...{ page, browserId, isOwner, clientAddress, now: deps.now() },
      ...{ linkToken: token, isFromHere: isFromHere(header) },
      deviceToken: device?.read(header('cookie')) ?? '',
      view: isOwner
        ? ownView(view, deps.path, page, browserId)
        : { ...view, base: `${deps.path}/link/${token}`, formToken: isFree ? '' : null },
    };
  };
}

/** How a page looks once it is bound to a browser: its address has no secret, and its forms a token. */
export function ownView(view: PageView, path: string, page: SignInPage, browserId: string): PageView {
  return { ...view, base: `${path}/${page.id}`, formToken: formTokenOf(ownerOf(page, browserId)) };
}

/** What the token of a page's forms is made of. */
export function ownerOf({ id }: Pick<SignInPage, 'id'>, browserId: string): string {
  return `${browserId} page ${id}`;
}

/** Whether the page is bound to the browser that has this id; an empty one is none. */
function isBoundTo(page: SignInPage | null, browserId: string): page is SignInPage {
  return page !== null && browserId !== '' && page.browserHash === hashOfToken(browserId);
}

async function pageOf(
  { pages }: Pick<VisitorDeps, 'pages'>,
  token: string,
  id: string,
): Promise<SignInPage | null> {
  if (token !== '') return pages.findByToken(hashOfToken(token));
  return z.guid().safeParse(id).success ? pages.find(id) : null;
}

/** The cookies of these pages. */
export interface SignInCookies {
  /** To what pages are bound; gone when the browser is closed. */
  browser: Cookie;
  /** The token of a device on which somebody of a tenant signed in. It lets nobody in. */
  deviceOf(tenantId: string): Cookie;
}

/** @param publicUrl where people reach the service */
export function createSignInCookies(publicUrl: string): SignInCookies {
  return {
    browser: createCookie(publicUrl, { purpose: 'sign-in' }),
    deviceOf: (tenantId) =>
      createCookie(publicUrl, { purpose: `device-${shortHash(tenantId)}`, maxAgeS: DEVICE_MAX_AGE_S }),
  };
}

/** Who acts is not known before the code is right, and afterwards only to the backend. */
export function actAsVisitor<T>(
  _visitor: SignInVisitor,
  { clientAddress }: Pick<IncomingRequest, 'clientAddress'>,
  work: () => Promise<T>,
): Promise<T> {
  return actAs({ type: 'user', id: null, name: null, clientAddress }, work);
}
