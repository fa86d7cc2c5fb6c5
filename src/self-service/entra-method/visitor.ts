import { z } from 'zod';
import { actAs } from '../../domain/actor.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import { formTokenOf } from '../secrets.ts';
import { type Cookie, createCookie, shortHash } from '../sessions/cookie.ts';
import type { PageView } from '../view/page-view.ts';
import type { EntraMethodActions, EntraSignIn } from './ports.ts';

/** How long browsers keep the cookie of a sign-in, s: longer than Entra waits. */
const COOKIE_S = 600;

/** Who comes to a page of a sign-in, or brings the request for one. */
export interface EntraVisitor {
  /** Empty: the address names no method. */
  methodId: string;
  /** The tenant whose method it is. */
  tenantId: string | null;
  /** The sign-in that the address names; null: there is none. */
  signIn: EntraSignIn | null;
  /** What the browser holds of it; empty: nothing. */
  secret: string;
  isOwner: boolean;
  view: PageView;
  now: Date;
}

/** Whose sign-in it is. */
export interface SignInOwner extends EntraVisitor {
  signIn: EntraSignIn;
}

interface VisitorDeps {
  actions: Pick<EntraMethodActions, 'tenantOf' | 'find'>;
  /** The path of these pages, behind the host. */
  path: string;
  publicUrl: string;
  viewOf(
    accepted: string | undefined,
    known: { tenantId: string; locale: string | null } | null,
  ): Promise<PageView>;
  now(): Date;
}

/** The cookie of one sign-in. Each has its own: two of them in one browser do not disturb each other. */
export function cookieOf(publicUrl: string, signInId: string): Cookie {
  return createCookie(publicUrl, { purpose: `entra-${shortHash(signInId)}`, maxAgeS: COOKIE_S });
}

/** Finds the sign-in that an address names, and whether it is this browser's. */
export function createIdentifyVisitor(deps: VisitorDeps) {
  const { path, publicUrl, viewOf, now } = deps;
  return async ({ header, params }: Pick<IncomingRequest, 'header' | 'params'>): Promise<EntraVisitor> => {
    const { methodId, tenantId, signIn } = await named(deps, params);
    const secret = signIn === null ? '' : cookieOf(publicUrl, signIn.id).read(header('cookie'));
    const isOwner = signIn?.isOwner(secret) ?? false;
    const known = tenantId === null ? null : { tenantId, locale: signIn?.locale ?? null };
    const view = await viewOf(header('accept-language'), known);
    const base = `${path}/${methodId}/${signIn?.id ?? ''}`;
    return {
      ...{ methodId, tenantId, signIn, secret, isOwner, now: now() },
      view: { ...view, base, formToken: isOwner ? formTokenOf(secret) : null },
    };
  };
}

type Named = Pick<EntraVisitor, 'methodId' | 'tenantId' | 'signIn'>;

/** What an address names: nothing is looked for by what cannot be an id. */
async function named({ actions }: VisitorDeps, params: IncomingRequest['params']): Promise<Named> {
  const { method = '', id = '' } = params;
  if (!/^[a-z0-9]{16}$/.test(method)) return { methodId: '', tenantId: null, signIn: null };
  const tenantId = await actions.tenantOf(method);
  const isThere = tenantId !== null && z.guid().safeParse(id).success;
  return { methodId: method, tenantId, signIn: isThere ? await actions.find(method, id) : null };
}

/** The request names the person, and Entra has signed it. */
export function actAsVisitor<T>(
  { signIn, isOwner }: EntraVisitor,
  { clientAddress }: Pick<IncomingRequest, 'clientAddress'>,
  work: () => Promise<T>,
): Promise<T> {
  const id = isOwner && signIn !== null ? signIn.userId : null;
  return actAs({ type: 'user', id, name: null, clientAddress }, work);
}
