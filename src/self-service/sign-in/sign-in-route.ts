/** Routes of a page for signing in: GET shows, POST does something once and leads to what is shown next. */
import { z } from 'zod';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { assertFormToken, type PageAnswer, responses } from '../routes/page-route.ts';
import { signInEndPage } from '../screens/sign-in-screens.ts';
import { hashOfToken } from '../secrets.ts';
import { PAGE_MINUTES } from './create-page.ts';
import { ownerOf, type PageOwner, type SignInVisitor } from './visitor.ts';

const defineRoute = routeDefiner<SignInVisitor>();

interface Spec {
  path: `/${string}`;
  operationId: string;
  summary: string;
}

// What the address names has been looked up when the visitor was, and its query is ignored: link wrappers add parameters.
const shared = { params: unchecked, query: unchecked, responses, problems: [] } as const;

/** Something to see for whoever opens it. */
export function visitorPage({
  show,
  ...spec
}: Spec & { show(visitor: SignInVisitor): Promise<PageAnswer> | PageAnswer }) {
  return defineRoute({
    ...spec,
    ...shared,
    method: 'get',
    body: unchecked,
    handle: async ({ caller }) => show(caller),
  });
}

/** Something that anybody may do who has the link. */
export function visitorAction<Fields extends z.ZodRawShape>({
  act,
  fields,
  ...spec
}: Spec & {
  fields: Fields;
  act(visitor: SignInVisitor, form: z.output<z.ZodObject<Fields>>): Promise<PageAnswer>;
}) {
  const body = z.object({ formToken: z.string().max(200).default(''), ...fields });
  return defineRoute({
    ...spec,
    ...shared,
    method: 'post',
    body,
    handle: async ({ caller, body: form }) => act(caller, form as z.output<z.ZodObject<Fields>>),
  });
}

/** Something to see in the browser that the page is bound to. */
export function ownerPage({
  show,
  ...spec
}: Spec & { show(owner: PageOwner): Promise<PageAnswer> | PageAnswer }) {
  return visitorPage({
    ...spec,
    show: (visitor) => (isOwner(visitor) ? show(visitor) : notHere(visitor)),
  });
}

/** Something to do in the browser that the page is bound to. The form carries a token, so that no other site can send it. */
export function ownerAction<Fields extends z.ZodRawShape>({
  act,
  ...spec
}: Spec & {
  fields: Fields;
  act(owner: PageOwner, form: z.output<z.ZodObject<Fields>>): Promise<PageAnswer>;
}) {
  return visitorAction({
    ...spec,
    async act(visitor, form) {
      if (!isOwner(visitor)) return notHere(visitor);
      const { formToken } = form as unknown as { formToken: string };
      assertFormToken(formToken, ownerOf(visitor.page, visitor.browserId));
      return act(visitor, form);
    },
  });
}

/** By what a second click is known: the same form with the same in it. Of what was typed it tells nothing. */
export function keyOf(formKey: string, typed: string): string {
  return hashOfToken(`${formKey} ${typed}`);
}

function isOwner(visitor: SignInVisitor): visitor is PageOwner {
  return visitor.page !== null && visitor.isOwner;
}

/** Says why a page does not work for a visitor, and what does. */
export function notHere({ page, view, now }: SignInVisitor): PageAnswer {
  const { text } = view.language;
  const otherWayUrl = page?.otherWayUrl ?? null;
  const isOver = page === null || page.expiresAt <= now || page.browserHash === null;
  const said = isOver
    ? { title: text('signIn.over'), text: text('signIn.overText', { minutes: PAGE_MINUTES }) }
    : { title: text('signIn.otherBrowser'), text: text('signIn.otherBrowserText') };
  return {
    status: isOver ? 410 : 403,
    body: signInEndPage(view, { ...said, canStartAgain: false, otherWayUrl }),
  };
}
