/** The pages for sign-ins of Entra as a route set of its own: each sign-in is the browser's that brought the request. */
import { defineRouteSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import type { ProblemPage } from '../../platform/http/problem-page.ts';
import { enrolmentRoutes } from './enrolment-routes.ts';
import type { EntraMethodActions } from './ports.ts';
import { requestRoute } from './request-route.ts';
import { type SignInRoutesDeps, signInRoutes } from './sign-in-routes.ts';
import { actAsVisitor, createIdentifyVisitor } from './visitor.ts';

/** The path of these pages, behind that of the public address. */
export const ENTRA_METHOD_PATH = '/entra/eam';

/** What these pages need. */
export interface EntraMethodSetDeps
  extends Omit<Parameters<typeof createIdentifyVisitor>[0], 'actions'>,
    Pick<SignInRoutesDeps, 'follow'> {
  actions: EntraMethodActions;
  problemPage: ProblemPage;
}

/** The set of these pages. */
export function entraMethodSet({ problemPage, ...deps }: EntraMethodSetDeps): MountedSet {
  const shared = { ...deps, under: ENTRA_METHOD_PATH } as const;
  return defineRouteSet({
    under: ENTRA_METHOD_PATH,
    unlisted: true,
    body: 'form',
    identify: createIdentifyVisitor(deps),
    logged: ({ tenantId, methodId, signIn }) => ({
      ...(tenantId === null ? {} : { tenantId, entraMethodId: methodId }),
      ...(signIn === null ? {} : { entraAttemptId: signIn.id }),
    }),
    inNameOf: actAsVisitor,
    whileDraining: 'answer',
    mayBeStored: false,
    otherMethods: 'methodNotAllowed',
    security: null,
    problemPage,
    routes: [requestRoute(shared), ...signInRoutes(shared), ...enrolmentRoutes(shared)],
  });
}
