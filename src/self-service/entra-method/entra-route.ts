/** Routes of a sign-in's page: GET shows, POST does something once and leads to what is shown next. */
import { z } from 'zod';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { assertFormToken, type PageAnswer, page, responses } from '../routes/page-route.ts';
import { notHerePage } from '../screens/entra-screens.ts';
import type { EntraVisitor, SignInOwner } from './visitor.ts';

/** What these pages are answered with. */
export type EntraAnswer = PageAnswer | { status: 400 | 404; body: string; headers?: Record<string, string> };

/** The same, declared. */
export const ENTRA_RESPONSES = {
  ...responses,
  400: page('The request from Entra cannot be trusted'),
  404: page('There is no such method'),
};

const defineRoute = routeDefiner<EntraVisitor>();

interface Spec {
  path: `/${string}`;
  operationId: string;
  summary: string;
}

// What the address names has been looked up when the visitor was.
const shared = { params: unchecked, query: unchecked, responses: ENTRA_RESPONSES, problems: [] } as const;

/** Something to see in the browser that brought the request. */
export function ownerPage({ show, ...spec }: Spec & { show(owner: SignInOwner): Promise<EntraAnswer> }) {
  return defineRoute({
    ...spec,
    ...shared,
    method: 'get',
    body: unchecked,
    handle: async ({ caller }) => (isOwner(caller) ? show(caller) : notHere(caller)),
  });
}

/** Something to do there. The form carries a token, so that no other site can send it. */
export function ownerAction<Fields extends z.ZodRawShape>({
  act,
  fields,
  ...spec
}: Spec & {
  fields: Fields;
  act(owner: SignInOwner, form: z.output<z.ZodObject<Fields>>): Promise<EntraAnswer>;
}) {
  const body = z.object({ formToken: z.string().max(200).default(''), ...fields });
  return defineRoute({
    ...spec,
    ...shared,
    method: 'post',
    body,
    async handle({ caller, body: form }) {
      if (!isOwner(caller)) return notHere(caller);
      assertFormToken((form as { formToken: string }).formToken, caller.secret);
      return act(caller, form as z.output<z.ZodObject<Fields>>);
    },
  });
}

/** Whether the browser is the one that brought the request. */
export function isOwner(visitor: EntraVisitor): visitor is SignInOwner {
  return visitor.signIn !== null && visitor.isOwner;
}

function notHere({ signIn, view, now }: EntraVisitor): EntraAnswer {
  const isOver = signIn === null || signIn.expiresAt <= now;
  return { status: isOver ? 410 : 403, body: notHerePage(view, { isOver }) };
}
