/** The code, and the way back. */
import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
import { isRefusal, refusalIn, type ServiceError } from '../../errors.ts';
import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import { FormKey, goTo, lettingFormsGoTo, type PageAnswer } from '../routes/page-route.ts';
import { returningPage, signInCodePage, signInEndPage, workingPage } from '../screens/sign-in-screens.ts';
import type { TextName } from '../texts.ts';
import { codeIn } from '../typed-code.ts';
import type { SignInPage, SignInPageStore } from './page-store.ts';
import type { ShownSignIn, SignInActions } from './ports.ts';
import { keyOf, ownerAction, ownerPage } from './sign-in-route.ts';
import type { PageOwner, SignInCookies } from './visitor.ts';

/** What the code needs. */
export interface CodeDeps {
  /** Where these routes are. */
  under: `/${string}`;
  pages: Pick<SignInPageStore, 'take' | 'leave' | 'finish'>;
  cookies: Pick<SignInCookies, 'deviceOf'>;
  actions: Pick<SignInActions, 'read' | 'check' | 'sendAgain'>;
  /** The assertion waits sealed for the way back. */
  sealKeys: KeyRing;
}

/** `/{id}/code`, `/{id}/send-again` and `/{id}/return`. */
export function codeRoutes(deps: CodeDeps) {
  const at = (path: string) => `${deps.under}/:id${path}` as `/${string}`;
  return [
    ownerPage({
      path: at('/code'),
      operationId: 'showSignInCode',
      summary: 'See how far the sign-in is',
      show: (owner) => showCode(deps, owner, null),
    }),
    ownerAction({
      path: at('/code'),
      operationId: 'enterSignInCode',
      summary: 'Check the code',
      fields: { formKey: FormKey, code: z.string().max(400).default('') },
      act: (owner, { code, formKey }) => takeCode(deps, owner, code, formKey),
    }),
    ownerAction({
      path: at('/send-again'),
      operationId: 'sendSignInCodeAgain',
      summary: 'Get the message again',
      fields: {},
      act: (owner) => sendAgain(deps, owner),
    }),
    ownerPage({
      path: at('/return'),
      operationId: 'leaveSignInPage',
      summary: 'Go back with the assertion',
      show: (owner) => goBack(deps, owner, true) ?? goTo(owner.view, '/code'),
    }),
  ];
}

/** What the page shows at present. @param error what is wrong with the code that was typed; null: nothing */
async function showCode(deps: CodeDeps, owner: PageOwner, error: string | null): Promise<PageAnswer> {
  const { page, view, now } = owner;
  if (page.isWorking && error === null) return { status: 200, body: workingPage(view) };
  if (page.assertionExpiresAt !== null)
    return goBack(deps, owner, false) ?? end(owner, 'signIn.failedReturn');
  if (page.verificationId === null) return goTo(view, '');
  const signIn = await deps.actions.read(page.tenantId, page.verificationId);
  if (signIn.status !== 'pending') return end(owner, WHY[signIn.status]);
  const { otherWayUrl } = page;
  const body = signInCodePage(view, { ...signIn, otherWayUrl, now, error, formKey: randomUUIDv7() });
  return { status: error === null ? 200 : 422, body };
}

/** Why a sign-in has ended without an assertion. */
const WHY: Record<Exclude<ShownSignIn['status'], 'pending'>, TextName> = {
  failed: 'signIn.failedCodes',
  withdrawn: 'signIn.failedText',
  expired: 'signIn.failedLate',
  canceled: 'signIn.failedText',
  approved: 'signIn.failedText',
};

/** The end, from where a new code may be asked for as long as the page takes numbers. */
function end({ page, view, now }: PageOwner, why: TextName): PageAnswer {
  const { text } = view.language;
  const canStartAgain = page.expiresAt > now && page.assertionExpiresAt === null;
  const said = canStartAgain || why === 'signIn.failedReturn' ? why : 'signIn.failedPage';
  const { otherWayUrl } = page;
  const shown = { title: text('signIn.failed'), canStartAgain, otherWayUrl };
  return {
    status: 410,
    body: signInEndPage(view, { ...shown, text: text(said, { organisation: view.brand.name }) }),
  };
}

/** The page that posts the assertion; null: there is none, or no longer. */
function goBack({ sealKeys }: CodeDeps, { page, view, now }: PageOwner, isSent: boolean): PageAnswer | null {
  const { sealedAssertion, assertionExpiresAt, returnUrl, state } = page;
  if (sealedAssertion === null || assertionExpiresAt === null || assertionExpiresAt <= now) return null;
  const assertion = unseal(sealKeys, sealedAssertion, sealContext(page));
  return {
    status: 200,
    body: returningPage(view, { returnUrl, assertion, state, isSent }),
    // A page with a secret beside what somebody else chose is not compressed by anybody on the way.
    headers: { ...lettingFormsGoTo(new URL(returnUrl).origin), 'Cache-Control': 'no-store, no-transform' },
  };
}

const sealContext = ({ id }: SignInPage): string => `sign-in-page:${id}`;

async function takeCode(deps: CodeDeps, owner: PageOwner, typed: string, key: string): Promise<PageAnswer> {
  const { page, view } = owner;
  const { text } = view.language;
  const { verificationId } = page;
  if (verificationId === null) return goTo(view, '');
  const code = codeIn(typed);
  if (code === null) return showCode(deps, owner, text('code.notSix'));
  const formKey = keyOf(key, code);
  if (!(await deps.pages.take(page.id, formKey))) return goTo(view, '/code');
  try {
    const { deviceToken } = await signedIn(deps, page, verificationId, code);
    return goTo(view, '/return', deps.cookies.deviceOf(page.tenantId).write(deviceToken));
  } catch (error) {
    await deps.pages.leave(page.id, formKey, isRefusal(error));
    const tries = triesLeft(refusalIn(error));
    return tries === 0 ? goTo(view, '/code') : showCode(deps, owner, text('code.wrong', { tries }));
  }
}

/** How many more codes may be typed after one that was refused; 0: none, and the page says how it ended. */
function triesLeft({ code, checksLeft = 0 }: ServiceError): number {
  return code === 'code.wrong' ? checksLeft : 0;
}

/** Checks a code. The right one's assertion is kept until it is over: the way back may be lost, and clicked twice. */
async function signedIn(deps: CodeDeps, page: SignInPage, verificationId: string, code: string) {
  const { actions, pages, sealKeys } = deps;
  const checked = await actions.check(page.tenantId, verificationId, code);
  const sealed = seal(sealKeys, checked.assertion, sealContext(page));
  await pages.finish(page.id, { sealed, until: checked.assertionExpiresAt });
  return checked;
}

/** Where the text cannot be sent again, or not yet, the page says when. */
async function sendAgain({ actions }: CodeDeps, { page, view }: PageOwner): Promise<PageAnswer> {
  if (page.verificationId === null) return goTo(view, '');
  await actions.sendAgain(page.tenantId, page.verificationId).catch(refusalIn);
  return goTo(view, '/code');
}
