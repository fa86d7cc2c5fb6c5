/** Routes of the page: GET shows, POST does something once and leads to what is shown next. */
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { htmlPage, redirect } from '../../platform/http/answers.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { securityHeadersFor } from '../../platform/http/security-headers.ts';
import { WAYS, type WayName } from '../screens/choose-screen.ts';
import { signedOutPage } from '../screens/link-screens.ts';
import { isFormToken } from '../secrets.ts';
import type { Session } from '../sessions/session-store.ts';
import type { PageView } from '../view/page-view.ts';

/** Who opens the page. */
export interface Visitor {
  /** Null: nobody is signed in, or no longer. */
  session: Session | null;
  /** What the cookie holds; empty: nothing. */
  sessionId: string;
  view: PageView;
  now: Date;
  /** Whether nobody sees the answer, or not yet: HEAD, and browsers that load a page before it is asked for. */
  isAhead: boolean;
  /** Whether a page of this service led here, as browsers say of forms (`Origin`). */
  isFromHere: boolean;
  /** Lets the session last for another quarter of an hour. @returns when it ends then */
  extend(): Promise<Date>;
}

/** The same with a session. */
export interface Person extends Visitor {
  session: Session;
}

/** What a page is answered with: HTML with a status, or the address of the next page. */
export type PageAnswer =
  | { status: 200 | 403 | 409 | 410 | 422; body: string; headers?: Record<string, string> }
  | { status: 303; body: string; headers?: Record<string, string> };

/** What pages may load: everything from here, nothing from elsewhere, no inline script or style. */
const POLICY = {
  ...{ defaultSrc: ["'none'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'"] },
  ...{ connectSrc: ["'self'"], formAction: ["'self'"], baseUri: ["'none'"], frameAncestors: ["'none'"] },
};

/** The header of a page whose form goes to another site: to this one, and nowhere else. @param origin such as `https://login.example.com` */
export function lettingFormsGoTo(origin: string): Record<string, string> {
  const all = securityHeadersFor({ ...POLICY, formAction: ["'self'", origin] });
  return { 'Content-Security-Policy': all['Content-Security-Policy'] ?? '' };
}

/** The header of a page whose form goes to other sites, and not to this one. @param origins such as `https://login.example.com` */
export function lettingFormsOnlyGoTo(origins: readonly string[]): Record<string, string> {
  const all = securityHeadersFor({ ...POLICY, formAction: [...origins] });
  return { 'Content-Security-Policy': all['Content-Security-Policy'] ?? '' };
}

/** No path leaks to other sites, and browsers still say in `Origin` whose form it is (with `no-referrer` they say null). */
const HEADERS = {
  'Referrer-Policy': 'strict-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

/** An answer that is a page. */
export const page = (description: string) => {
  const spec = htmlPage(description, POLICY);
  return { ...spec, headers: { ...spec.headers, ...HEADERS } };
};

/** What pages are answered with. */
export const responses = {
  200: page('The page'),
  // With `no-referrer` the next page would not know that people come from here, and bring the focus nowhere.
  303: { ...redirect('The address of the next page'), headers: HEADERS },
  403: page('Nobody is signed in'),
  409: page('It cannot be done now'),
  410: page('It is over'),
  422: page('Something is wrong with what was typed'),
};

const defineRoute = routeDefiner<Visitor>();

interface Spec<Params extends z.ZodObject> {
  path: `/${string}`;
  operationId: string;
  summary: string;
  params?: Params;
}

/** A page that anybody may open. Its query is ignored: link wrappers add parameters. */
export function openPage<Params extends z.ZodObject = z.ZodObject<Record<never, z.ZodType>>>(
  spec: Spec<Params> & { show(visitor: Visitor, params: z.output<Params>): Promise<PageAnswer> },
) {
  const { show, params, ...rest } = spec;
  return defineRoute({
    ...rest,
    method: 'get',
    query: unchecked,
    body: unchecked,
    ...(params ? { params } : {}),
    responses,
    problems: [],
    handle: ({ caller, params: given }) => show(caller, given as z.output<Params>),
  });
}

/** Something that anybody may do who has what stands in the address. */
export function openAction<Params extends z.ZodObject, Fields extends z.ZodRawShape>(
  spec: Spec<Params> & {
    params: Params;
    fields: Fields;
    act(visitor: Visitor, params: z.output<Params>, form: z.output<z.ZodObject<Fields>>): Promise<PageAnswer>;
  },
) {
  const { act, fields, ...rest } = spec;
  return defineRoute({
    ...rest,
    method: 'post',
    query: unchecked,
    body: z.object(fields),
    responses,
    problems: [],
    handle: ({ caller, params, body }) =>
      act(caller, params as z.output<Params>, body as z.output<z.ZodObject<Fields>>),
  });
}

/**
 * A page for whoever is signed in.
 * @param spec.isFollowed whether the script loads it again and again: then opening it is no sign of anybody, and the session
 * goes on to its end
 */
export function personalPage<Params extends z.ZodObject = z.ZodObject<Record<never, z.ZodType>>>(
  spec: Spec<Params> & {
    isFollowed?: boolean;
    show(person: Person, params: z.output<Params>): Promise<PageAnswer>;
  },
) {
  const { show, isFollowed = false, ...rest } = spec;
  return openPage({
    ...rest,
    async show(visitor, params) {
      if (!isPerson(visitor)) return { status: 403, body: signedOutPage(visitor.view) };
      return show(isFollowed ? visitor : await extended(visitor), params);
    },
  });
}

/** Somebody has done something: the session begins to last anew, and the page knows until when. */
async function extended(person: Person): Promise<Person> {
  const sessionEnds = await person.extend();
  return { ...person, view: { ...person.view, sessionEnds } };
}

/** The token of the session in a form. */
export const FORM_TOKEN = { formToken: z.string().max(200).default('') };

/**
 * Something that a person does. The form carries the token of the session, so that no other site can send it.
 * `fields` are those of the form besides the token.
 */
export function personalAction<
  Fields extends z.ZodRawShape,
  Params extends z.ZodObject = z.ZodObject<Record<never, z.ZodType>>,
>(
  spec: Spec<Params> & {
    fields: Fields;
    act(person: Person, form: z.output<z.ZodObject<Fields>>, params: z.output<Params>): Promise<PageAnswer>;
  },
) {
  const { act, fields, params, ...rest } = spec;
  const body = z.object({ ...FORM_TOKEN, ...fields });
  return defineRoute({
    ...rest,
    method: 'post',
    query: unchecked,
    body,
    ...(params ? { params } : {}),
    responses,
    problems: [],
    async handle({ caller, body: form, params: given }) {
      if (!isPerson(caller)) return { status: 403, body: signedOutPage(caller.view) };
      const { formToken, ...typed } = form as { formToken: string };
      assertFormToken(formToken, caller.sessionId);
      return act(await extended(caller), typed as z.output<z.ZodObject<Fields>>, given as z.output<Params>);
    },
  });
}

/** Whether somebody is signed in. */
export function isPerson(visitor: Visitor): visitor is Person {
  return visitor.session !== null;
}

/**
 * Refuses a form that was made for another session, or by somebody else.
 * @throws ServiceError `selfService.formNotOurs`
 */
export function assertFormToken(given: string, sessionId: string): void {
  if (isFormToken(given, sessionId)) return;
  throw new ServiceError(
    'selfService.formNotOurs',
    'The form does not belong to this session. Load the page again and send the form from there.',
  );
}

/** For pages with an app password: what compresses an answer for others keeps a part of it (RFC 9111, section 5.2.2.6). */
export const UNCHANGED = { 'Cache-Control': 'no-store, no-transform' };

/** Leads on to another page. */
export function goTo(view: PageView, path: string, headers?: Record<string, string>): PageAnswer {
  return { status: 303, body: `${view.base}${path}`, ...(headers ? { headers } : {}) };
}

/** A way to be reached, in an address. */
export const WayInPath = z.object({ way: z.enum(Object.keys(WAYS) as [WayName, ...WayName[]]) });

/** An idempotency key in a form: printable, as the API takes them. */
export const FormKey = z.string().regex(/^[\w-]{1,64}$/, 'This is no key of a form of this page.');
