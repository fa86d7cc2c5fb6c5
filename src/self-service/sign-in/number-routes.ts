/** The number: typed on a page that is free, or that is this browser's. */
import { randomUUIDv7 } from 'node:crypto';
import type { CountryCode } from 'libphonenumber-js/max';
import { z } from 'zod';
import { plainText } from '../../domain/typed-text.ts';
import { isRefusal, refusalIn, type ServiceError } from '../../errors.ts';
import { later } from '../../platform/clock.ts';
import { offeredCountries } from '../countries/offered.ts';
import { showTyped } from '../countries/typed.ts';
import { refusalText } from '../refusal-text.ts';
import { FormKey, goTo, type PageAnswer } from '../routes/page-route.ts';
import { type NumberForm, READING, whichNumber } from '../screens/number-screen.ts';
import { signInPage } from '../screens/sign-in-screens.ts';
import { hashOfToken, idOfForm } from '../secrets.ts';
import { type Html, html } from '../view/html.ts';
import { PAGE_MINUTES } from './create-page.ts';
import type { SignInPageStore } from './page-store.ts';
import type { SignInActions } from './ports.ts';
import { keyOf, notHere, ownerAction, ownerPage, visitorAction, visitorPage } from './sign-in-route.ts';
import { ownView, type PageOwner, type SignInCookies, type SignInVisitor } from './visitor.ts';

/** What the number needs. */
export interface NumberDeps {
  /** Where these routes are. */
  under: `/${string}`;
  /** The same behind the host. */
  path: string;
  pages: SignInPageStore;
  cookies: SignInCookies;
  actions: Pick<SignInActions, 'policyOf' | 'request' | 'read' | 'cancel'>;
}

const NUMBER = {
  formKey: FormKey,
  country: z.string().regex(/^[A-Z]{2}$/, 'This must be a country of the list.'),
  number: z.string().trim().max(64),
  ...READING,
};
type Typed = Omit<z.output<z.ZodObject<typeof NUMBER>>, 'reading'>;

const LANGUAGE = { language: z.string().max(35) };

/** `/link/{token}` and `/{id}`, each with its languages and with more time. */
export function numberRoutes(deps: NumberDeps) {
  const at = (path: string) => `${deps.under}${path}` as `/${string}`;
  return [
    visitorPage({
      path: at('/link/:token'),
      operationId: 'openSignInPage',
      summary: 'Open a page for signing in; nothing changes',
      show: (visitor) => {
        const owner = opened(visitor);
        return owner === null ? notHere(visitor) : showAgain(deps, owner);
      },
    }),
    visitorAction({
      path: at('/link/:token'),
      operationId: 'useSignInPage',
      summary: 'Type the number: binds the page to this browser',
      fields: NUMBER,
      act: (visitor, form) =>
        bound(deps, visitor, (owner) => takeNumber(deps, owner, chosen(form)), form.formKey),
    }),
    visitorAction({
      path: at('/link/:token/language'),
      operationId: 'chooseSignInLanguageFirst',
      summary: 'Choose the language: binds the page to this browser',
      fields: LANGUAGE,
      act: (visitor, { language }) => bound(deps, visitor, (owner) => speak(deps, owner, language)),
    }),
    visitorAction({
      path: at('/link/:token/stay'),
      operationId: 'extendSignInPageFirst',
      summary: 'Ask for more time: binds the page to this browser',
      fields: {},
      act: (visitor) => bound(deps, visitor, (owner) => stay(deps, owner)),
    }),
    ownerPage({
      path: at('/:id'),
      operationId: 'changeSignInNumber',
      summary: 'Type another number',
      show: (owner) => showAgain(deps, owner),
    }),
    ownerAction({
      path: at('/:id'),
      operationId: 'sendSignInNumber',
      summary: 'Get a code for another number',
      fields: NUMBER,
      act: (owner, form) => takeNumber(deps, owner, chosen(form)),
    }),
    ownerAction({
      path: at('/:id/stay'),
      operationId: 'extendSignInPage',
      summary: 'Ask for more time',
      fields: {},
      act: (owner) => stay(deps, owner),
    }),
    ownerAction({
      path: at('/:id/language'),
      operationId: 'chooseSignInLanguage',
      summary: 'Choose the language of the page',
      fields: LANGUAGE,
      act: (owner, { language }) => speak(deps, owner, language),
    }),
  ];
}

/** What was typed, or which of the two numbers that it may mean. */
const chosen = ({ reading, ...typed }: Typed & { reading?: string | undefined }): Typed => ({
  ...typed,
  number: reading ?? typed.number,
});

/** The visitor, if a number may be typed here. */
function opened(visitor: SignInVisitor): PageOwner | null {
  const { page, isOwner, now } = visitor;
  if (page === null || page.expiresAt <= now) return null;
  return isOwner || page.browserHash === null ? { ...visitor, page } : null;
}

/**
 * Binds the page to the browser, and does something on it. A browser has one id for all its pages.
 * @param formKey of a form that may be sent again, without the cookie if the answer was lost
 */
async function bound(
  deps: NumberDeps,
  visitor: SignInVisitor,
  act: (owner: PageOwner) => Promise<PageAnswer>,
  formKey?: string,
): Promise<PageAnswer> {
  const { page, now } = visitor;
  if (page === null) return notHere(visitor);
  const browserId = visitor.browserId || idOfForm({ ...visitor, formKey });
  const browserHash = hashOfToken(browserId);
  if (!(await deps.pages.bind(page.id, browserHash, now)))
    return notHere({ ...visitor, page: await deps.pages.find(page.id) });
  const view = ownView(visitor.view, deps.path, page, browserId);
  const answer = await act({ ...visitor, page: { ...page, browserHash }, browserId, isOwner: true, view });
  return { ...answer, headers: { ...answer.headers, ...deps.cookies.browser.write(browserId) } };
}

async function speak(deps: NumberDeps, { page, view }: PageOwner, language: string): Promise<PageAnswer> {
  const chosen = view.languages.find(({ tag }) => tag === language) ?? view.language;
  await deps.pages.speak(page.id, chosen.tag);
  return goTo(view, page.verificationId === null ? '' : '/code');
}

/** Another ten minutes: who needs longer is warned before the page closes (WCAG 2.2, criterion 2.2.1). */
async function stay(deps: NumberDeps, owner: PageOwner): Promise<PageAnswer> {
  const { page, now } = owner;
  const expiresAt = await deps.pages.extend(page.id, later(now, PAGE_MINUTES * 60_000), now);
  return expiresAt === null ? notHere(owner) : showAgain(deps, { ...owner, page: { ...page, expiresAt } });
}

/** The number that was typed last is shown again. */
async function showAgain(deps: NumberDeps, owner: PageOwner): Promise<PageAnswer> {
  const { page } = owner;
  if (opened(owner) === null) return notHere(owner);
  if (page.assertionExpiresAt !== null) return goTo(owner.view, '/code');
  const last =
    page.verificationId === null ? null : await deps.actions.read(page.tenantId, page.verificationId);
  return showNumber(deps, owner, { number: last?.international ?? '', country: last?.country ?? '' });
}

async function showNumber(
  deps: Pick<NumberDeps, 'actions'>,
  { page, view }: PageOwner,
  typed: Pick<Typed, 'number' | 'country'>,
  error: NumberForm['error'] = null,
): Promise<PageAnswer> {
  const policy = await deps.actions.policyOf(page.tenantId);
  const offered = offeredCountries(policy, view.language.tag, typed.country);
  const { otherWayUrl } = page;
  const shown = { ...offered, number: typed.number, error, otherWayUrl, formKey: randomUUIDv7() };
  const status = error === null ? 200 : error.field === 'form' ? 409 : 422;
  return { status, body: signInPage({ ...view, sessionEnds: page.expiresAt }, shown) };
}

async function takeNumber(deps: NumberDeps, owner: PageOwner, typed: Typed): Promise<PageAnswer> {
  const { page, view } = owner;
  if (opened(owner) === null) return notHere(owner);
  const wrong = (text: Html, field: 'number' | 'form' = 'number') =>
    showNumber(deps, owner, typed, { field, text });
  if (typed.number === '') return wrong(html`${view.language.text('number.empty')}`);
  const formKey = keyOf(typed.formKey, `${typed.country} ${typed.number}`);
  if (!(await deps.pages.take(page.id, formKey))) return goTo(view, '/code');
  try {
    await begin(deps, owner, { ...typed, formKey });
  } catch (error) {
    await deps.pages.leave(page.id, formKey, isRefusal(error));
    const refusal = refusalIn(error);
    const field = refusal.code.startsWith('number.') ? 'number' : 'form';
    return wrong(numberRefusal(owner, typed, refusal), field);
  }
  return goTo(view, '/code');
}

/** Begins a sign-in, and ends the one before: its code is not the one that is asked for now. */
async function begin(
  { actions, pages }: NumberDeps,
  { page, view, deviceToken, clientAddress }: PageOwner,
  { number, country, formKey }: Typed,
): Promise<void> {
  const { tenantId, nonce, audience } = page;
  // A number that says its country counts for more than the list beside it.
  const typed = { number, country: showTyped(number, country as CountryCode).country };
  const from = { locale: view.language.tag, deviceToken, clientAddress };
  const { id } = await actions.request({ tenantId, nonce, audience, ...typed, ...from });
  const isLast = await pages.begin(page.id, formKey, id);
  const ended = isLast ? page.verificationId : id;
  // It may have ended before.
  if (ended !== null) await actions.cancel(tenantId, ended).catch(refusalIn);
}

/** Whether a number begins with the code of its country: then what is wrong with it has nothing to do with the list. */
const saysCountry = (number: string): boolean => plainText(number).startsWith('+');

function numberRefusal({ view }: PageOwner, { number, country }: Typed, refusal: ServiceError): Html {
  const { language } = view;
  const which = refusal.code === 'number.invalid' ? whichNumber(view, number, country) : null;
  if (which !== null) return which;
  if (refusal.code === 'number.invalid' && saysCountry(number))
    return html`${language.text('signIn.invalid')}`;
  const names = new Intl.DisplayNames(language.tag, { type: 'region' });
  if (refusal.code === 'number.invalid')
    return html`${language.text('number.invalid', { country: names.of(country) ?? country })}`;
  if (refusal.code === 'number.typeRefused') return html`${language.text('signIn.notMobile')}`;
  return refusalText(view, refusal);
}
