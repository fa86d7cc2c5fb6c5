/** The page of a sign-in: the call as it goes on, its end, and the way back. */
import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
import { refusalIn } from '../../errors.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import { EVENTS, type Follow, streamTo } from '../routes/events-route.ts';
import { ignoring, whyNotTaken } from '../routes/live-routes.ts';
import { FormKey, goTo } from '../routes/page-route.ts';
import { entraCallPage, entraCodePage } from '../screens/entra-live-screens.ts';
import { overPage, refusedPage } from '../screens/entra-screens.ts';
import { codeIn } from '../typed-code.ts';
import { enrolmentAnswer } from './enrolment-routes.ts';
import { type EntraAnswer, isOwner, ownerAction, ownerPage } from './entra-route.ts';
import type { EntraMethodActions, ShownStanding } from './ports.ts';
import type { EntraVisitor, SignInOwner } from './visitor.ts';
import { wayBack } from './way-back.ts';

/** What these routes need. */
export interface SignInRoutesDeps {
  /** Where these routes are. */
  under: `/${string}`;
  actions: Pick<EntraMethodActions, 'policyOf' | 'check' | 'checkCode' | 'sendAgain'>;
  follow: Follow;
  now(): Date;
}

const AGAIN = {
  round: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number),
  way: z.string().max(40),
};

/** `/{method}/{id}/now`, what can be done there, and its events. */
export function signInRoutes(deps: SignInRoutesDeps) {
  const at = (path: string) => `${deps.under}/:method/:id${path}` as `/${string}`;
  return [
    ownerPage({
      path: at('/now'),
      operationId: 'showEntraSignIn',
      summary: 'See how far the call is, or how it ended',
      show: (owner) => show(deps, owner),
    }),
    routeDefiner<EntraVisitor>()({
      ...EVENTS,
      path: at('/now/events'),
      operationId: 'followEntraSignIn',
      // The stream ends when Entra waits no longer: the page then looks how it stands.
      handle: async ({ caller, headers }) =>
        streamTo(
          deps,
          isOwner(caller) ? { ...caller.signIn, until: caller.signIn.expiresAt } : null,
          headers,
        ),
    }),
    ownerAction({
      path: at('/now/again'),
      operationId: 'callForEntraAgain',
      summary: 'Be asked again, in the same or another way',
      fields: AGAIN,
      async act({ signIn, view }, { round, way }) {
        await signIn.again({ round, way, locale: view.language.tag });
        return goTo(view, '/now');
      },
    }),
    ownerAction({
      path: at('/now/cancel'),
      operationId: 'cancelEntraSignIn',
      summary: 'Give the sign-in up',
      fields: {},
      async act({ signIn, view }) {
        await signIn.giveUp();
        return goTo(view, '/now');
      },
    }),
    ownerAction({
      path: at('/now/code'),
      operationId: 'enterEntraCode',
      summary: 'Check the code of the message',
      fields: { formKey: FormKey, code: z.string().max(400).default('') },
      act: (owner, { code, formKey }) => takeCode(deps, owner, code, formKey),
    }),
    ownerAction({
      path: at('/now/send-again'),
      operationId: 'sendEntraCodeAgain',
      summary: 'Get the message again',
      fields: {},
      act: (owner) => sendAgain(deps, owner),
    }),
    ownerAction({
      path: at('/language'),
      operationId: 'chooseEntraLanguage',
      summary: 'Choose the language of the page',
      fields: { language: z.string().max(35) },
      async act({ signIn, view }, { language }) {
        const chosen = view.languages.find(({ tag }) => tag === language) ?? view.language;
        await signIn.speak(chosen.tag);
        return goTo(view, '/now');
      },
    }),
  ];
}

/** @param error what is wrong with the code that was typed; null: nothing */
async function show(
  deps: SignInRoutesDeps,
  owner: SignInOwner,
  error: string | null = null,
): Promise<EntraAnswer> {
  const { signIn, view } = owner;
  const standing = await signIn.look(view.language.tag);
  const status = error === null ? 200 : 422;
  switch (standing.kind) {
    case 'answer':
      return wayBack(view, signIn, { idToken: standing.idToken, kind: 'approved' });
    case 'ended':
      return wayBack(view, signIn, { error: standing.error, kind: standing.isLate ? 'late' : 'failed' });
    case 'refused':
      if (standing.canEnrol) return enrolmentAnswer(deps, owner, {});
      return { status: 200, body: refusedPage(view, { ...signIn, ...standing }) };
    case 'over':
      return { status: 200, body: overPage(view, { ...signIn, ...standing }) };
    case 'live':
      return { status, body: await livePage(deps, owner, standing, error) };
  }
}

async function livePage(
  { actions }: SignInRoutesDeps,
  { signIn, view }: SignInOwner,
  standing: Extract<ShownStanding, { kind: 'live' | 'over' }>,
  error: string | null,
): Promise<string> {
  const asked = { ...signIn, ...standing, formKey: randomUUIDv7() };
  if (standing.verification.channel === 'sms') return entraCodePage(view, asked, error);
  return entraCallPage(view, asked, await actions.policyOf(signIn.tenantId));
}

async function takeCode(
  deps: SignInRoutesDeps,
  owner: SignInOwner,
  typed: string,
  key: string,
): Promise<EntraAnswer> {
  const { signIn, view, now } = owner;
  const { verificationId, tenantId, expiresAt } = signIn;
  if (verificationId === null || expiresAt <= now) return goTo(view, '/now');
  const code = codeIn(typed);
  if (code === null) return show(deps, owner, view.language.text('code.notSix'));
  try {
    await deps.actions.checkCode(tenantId, verificationId, code, key);
  } catch (error) {
    const said = whyNotTaken(owner, refusalIn(error));
    if (said !== null) return show(deps, owner, said);
  }
  return goTo(view, '/now');
}

async function sendAgain({ actions }: SignInRoutesDeps, { signIn, view }: SignInOwner): Promise<EntraAnswer> {
  const { verificationId, tenantId } = signIn;
  if (verificationId !== null)
    await actions
      .sendAgain(tenantId, verificationId)
      .catch(
        ignoring('limit.reached', 'spending.limitReached', 'code.notSent', 'verification.alreadyDecided'),
      );
  return goTo(view, '/now');
}
