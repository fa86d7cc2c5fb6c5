/** The pages for signing in as a route set of its own: nobody has a session there, and each page is one browser's. */
import { defineRouteSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import type { ProblemPage } from '../../platform/http/problem-page.ts';
import { type CodeDeps, codeRoutes } from './code-routes.ts';
import { type NumberDeps, numberRoutes } from './number-routes.ts';
import type { SignInPageStore } from './page-store.ts';
import type { SignInActions } from './ports.ts';
import { actAsVisitor, createIdentifyVisitor, createSignInCookies } from './visitor.ts';

/** The path of these pages, behind that of the public address. */
export const SIGN_IN_PATH = '/sign-in';

/** What these pages need. */
export interface SignInSetDeps extends Pick<NumberDeps, 'path'>, Pick<CodeDeps, 'sealKeys'> {
  pages: SignInPageStore;
  actions: SignInActions;
  publicUrl: string;
  viewOf: Parameters<typeof createIdentifyVisitor>[0]['viewOf'];
  problemPage: ProblemPage;
  now(): Date;
}

/** The set of these pages. */
export function signInSet({ publicUrl, viewOf, problemPage, now, ...deps }: SignInSetDeps): MountedSet {
  const cookies = createSignInCookies(publicUrl);
  const shared = { ...deps, cookies, under: SIGN_IN_PATH } as const;
  return defineRouteSet({
    under: SIGN_IN_PATH,
    unlisted: true,
    body: 'form',
    identify: createIdentifyVisitor({ ...shared, publicUrl, viewOf, now }),
    logged: ({ page }) => (page === null ? {} : { tenantId: page.tenantId }),
    inNameOf: actAsVisitor,
    whileDraining: 'answer',
    mayBeStored: false,
    otherMethods: 'methodNotAllowed',
    security: null,
    problemPage,
    routes: [...numberRoutes(shared), ...codeRoutes(shared)],
  });
}
