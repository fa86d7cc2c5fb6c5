/** Where Entra has the person's browser bring its request: an OpenID Connect authorization endpoint. */
import type { FormBody } from '../../platform/http/form-body.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { untrustedPage } from '../screens/entra-screens.ts';
import { ENTRA_RESPONSES, type EntraAnswer } from './entra-route.ts';
import type { EntraMethodActions } from './ports.ts';
import { cookieOf, type EntraVisitor } from './visitor.ts';
import { wayBack } from './way-back.ts';

/** What the request needs. */
export interface RequestDeps {
  /** Where these routes are. */
  under: `/${string}`;
  /** The same behind the host. */
  path: string;
  publicUrl: string;
  actions: Pick<EntraMethodActions, 'accept'>;
}

const defineRoute = routeDefiner<EntraVisitor>();

/** `/{method}/authorize`: the form comes from another site, and is known by what Entra has signed. */
export function requestRoute(deps: RequestDeps) {
  return defineRoute({
    method: 'post',
    path: `${deps.under}/:method/authorize`,
    operationId: 'acceptEntraRequest',
    summary: 'Approve a sign-in to Entra by phone (authorization endpoint)',
    ...{ params: unchecked, query: unchecked, body: unchecked },
    responses: ENTRA_RESPONSES,
    problems: [],
    handle: ({ caller, body }) => accept(deps, caller, body as FormBody),
  });
}

async function accept(
  { path, publicUrl, actions }: RequestDeps,
  { methodId, tenantId, view }: EntraVisitor,
  { fields }: FormBody,
): Promise<EntraAnswer> {
  if (tenantId === null) return { status: 404, body: untrustedPage(view, { clientRequestId: null }) };
  const request = await actions.accept(methodId, fields);
  if (request.kind === 'untrusted') return { status: 400, body: untrustedPage(view, request) };
  if (request.kind === 'refused') return wayBack(view, request, { error: request.error, kind: 'failed' });
  // The next page has an address of its own: who loads it again sends nothing again.
  const headers = cookieOf(publicUrl, request.id).write(request.secret);
  return { status: 303, body: `${path}/${methodId}/${request.id}/now`, headers };
}
