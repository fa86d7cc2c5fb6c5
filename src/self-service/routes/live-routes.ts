/** A call or a message that is under way, its end, and what follows. */
import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
import { type ErrorCode, hasCode, refusalIn, ServiceError } from '../../errors.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import type { PageActions, ShownVerification } from '../ports.ts';
import type { refusalText } from '../refusal-text.ts';
import { callPage } from '../screens/call-screen.ts';
import { wayNameOf } from '../screens/choose-screen.ts';
import { codePage } from '../screens/code-screen.ts';
import { donePage, type ShownSecret } from '../screens/done-screen.ts';
import { endingPage } from '../screens/ending-screen.ts';
import { hashOfToken, newToken } from '../secrets.ts';
import type { SessionCookie } from '../sessions/cookie.ts';
import type { Draft, Session, SessionStore } from '../sessions/session-store.ts';
import { codeIn } from '../typed-code.ts';
import { begin } from './begin.ts';
import { EVENTS, type Follow, streamTo } from './events-route.ts';
import {
  FormKey,
  goTo,
  type PageAnswer,
  type Person,
  personalAction,
  personalPage,
  UNCHANGED,
  type Visitor,
} from './page-route.ts';

/** What these routes need. */
export interface LiveDeps {
  base: string;
  actions: Omit<PageActions, 'refusalsOf'>;
  sessions: SessionStore;
  cookie: SessionCookie;
  follow: Follow;
  now(): Date;
}

/** `/now`, `/now/…` and `/done`. */
export function liveRoutes(deps: LiveDeps) {
  const at = (path: string) => `${deps.base}${path}` as `/${string}`;
  return [
    personalPage({
      path: at('/now'),
      operationId: 'showNow',
      summary: 'See how far the call or the message is, or how it ended',
      isFollowed: true,
      show: (person) => showNow(deps, person),
    }),
    routeDefiner<Visitor>()({
      ...EVENTS,
      path: at('/now/events'),
      operationId: 'followNow',
      // Following keeps no session alive. One that was extended meanwhile is followed anew.
      handle: async ({ caller: { session }, headers }) =>
        streamTo(deps, session && { ...session, until: session.expiresAt }, headers),
    }),
    personalAction({
      path: at('/now/cancel'),
      operationId: 'cancelNow',
      summary: 'Cancel the call',
      fields: {},
      async act(person) {
        await cancel(deps, person);
        return goTo(person.view, '/now');
      },
    }),
    personalAction({
      path: at('/now/wrong-number'),
      operationId: 'changeNumberNow',
      summary: 'Cancel the call, and type another number',
      fields: {},
      async act(person) {
        await cancel(deps, person);
        const { draft } = person.session;
        return goTo(person.view, draft === null ? '/add' : `/add/${wayNameOf(draft)}`);
      },
    }),
    personalAction({
      path: at('/now/again'),
      operationId: 'callAgain',
      summary: 'Be called again',
      fields: AGAIN_FIELDS,
      act: (person, form) => again(deps, person, form, (draft) => draft),
    }),
    ...textActions(deps, at),
    personalPage({
      path: at('/done'),
      operationId: 'showDone',
      summary: 'See that the phone is registered, and the app password once',
      show: (person) => showDone(deps, person),
    }),
    personalAction({
      path: at('/done'),
      operationId: 'leaveDone',
      summary: 'Leave the app password for good',
      fields: { saved: z.literal('yes').optional() },
      act: (person) => leaveDone(deps, person),
    }),
  ];
}

function textActions(deps: LiveDeps, at: (path: string) => `/${string}`) {
  return [
    personalAction({
      path: at('/now/code'),
      operationId: 'enterCode',
      summary: 'Check the code of the message',
      fields: { formKey: FormKey, code: z.string().max(400).default('') },
      act: (person, { code, formKey }) => takeCode(deps, person, code, formKey),
    }),
    personalAction({
      path: at('/now/send-again'),
      operationId: 'sendMessageAgain',
      summary: 'Get the message again',
      fields: {},
      act: (person) => sendAgain(deps, person),
    }),
    personalAction({
      path: at('/now/call'),
      operationId: 'callInsteadOfMessage',
      summary: 'Be called instead of getting a message',
      fields: AGAIN_FIELDS,
      act: (person, form) => again(deps, person, form, (draft) => ({ ...draft, channel: 'call' })),
    }),
  ];
}

async function shownOf({ actions }: LiveDeps, { session }: Person): Promise<ShownVerification | null> {
  return session.verificationId === null ? null : actions.read(session, session.verificationId);
}

async function showNow(deps: LiveDeps, person: Person): Promise<PageAnswer> {
  const { view, now, session } = person;
  const verification = await shownOf(deps, person);
  if (verification === null) return goTo(view, '');
  const { outcome, state, channel } = verification;
  if (outcome === 'approved' && state === 'finished') return goTo(view, '/done');
  const formKey = randomUUIDv7();
  if (outcome !== null && outcome !== 'approved')
    return { status: 200, body: endingPage(view, { verification, formKey }) };
  if (channel === 'sms') {
    const body = codePage(view, { verification, now, formKey, error: null });
    return { status: 200, body };
  }
  const policy = await deps.actions.policyOf(session.tenantId);
  return { status: 200, body: callPage(view, { verification, policy, now, formKey }) };
}

/** Cancels what is under way; if it has just been decided, the page shows how. */
async function cancel({ actions }: LiveDeps, { session }: Person): Promise<void> {
  if (session.verificationId === null) return;
  await actions
    .cancel(session.tenantId, session.verificationId)
    .catch(ignoring('verification.alreadyDecided'));
}

/** `instead`: the verification that the form was shown with. */
const AGAIN_FIELDS = { formKey: FormKey, instead: z.guid() };

/**
 * The same once more, or in another way. One that is approved meanwhile stays so, and a form that comes twice does not end
 * what it has begun itself.
 */
async function again(
  deps: LiveDeps,
  person: Person,
  { formKey, instead }: { formKey: string; instead: string },
  changed: (draft: Draft) => Draft,
): Promise<PageAnswer> {
  const { session, view } = person;
  if (session.draft === null) return goTo(view, '/add');
  if (session.verificationId !== instead) return goTo(view, '/now');
  await cancel(deps, person);
  const before = await shownOf(deps, person);
  if (before?.outcome === 'approved') return goTo(view, '/now');
  const refusal = await begin(deps, person, changed(session.draft), formKey);
  return goTo(view, refusal === null ? '/now' : '/confirm');
}

async function takeCode(deps: LiveDeps, person: Person, typed: string, key: string): Promise<PageAnswer> {
  const { session, view, now } = person;
  const { text } = view.language;
  const verification = await shownOf(deps, person);
  if (verification === null || session.verificationId === null) return goTo(view, '');
  const refuse = (error: string | ReturnType<typeof refusalText>): PageAnswer => ({
    status: 422,
    body: codePage(view, { verification, now, formKey: randomUUIDv7(), error }),
  });
  const code = codeIn(typed);
  if (code === null) return refuse(text('code.notSix'));
  try {
    await deps.actions.checkCode(session.tenantId, session.verificationId, code, key);
  } catch (error) {
    const said = whyNotTaken(person, refusalIn(error));
    if (said !== null) return refuse(said);
  }
  return goTo(view, '/now');
}

/** Why a code was not taken, if another one may be typed; null: the page shows how it ended. */
export function whyNotTaken(
  { view: { language } }: Pick<Person, 'view'>,
  { code, checksLeft }: ServiceError,
): string | null {
  if (code === 'code.notSent') return language.text('code.notSent');
  if (code === 'limit.reached') return language.text('code.tooManyWrong');
  if (code !== 'code.wrong' || checksLeft === 0) return null;
  return language.text('code.wrong', { tries: checksLeft ?? 0 });
}

async function sendAgain(deps: LiveDeps, person: Person): Promise<PageAnswer> {
  const { session, view } = person;
  if (session.verificationId === null) return goTo(view, '');
  await deps.actions
    .sendAgain(session.tenantId, session.verificationId)
    .catch(ignoring('limit.reached', 'spending.limitReached', 'code.notSent', 'verification.alreadyDecided'));
  return goTo(view, '/now');
}

/** Lets errors pass of which the next page says more. */
export function ignoring(...codes: ErrorCode[]) {
  return (error: unknown): void => {
    if (!hasCode(error, ...codes)) throw error;
  };
}

async function showDone(deps: LiveDeps, person: Person): Promise<PageAnswer> {
  const { session, view } = person;
  const verification = await shownOf(deps, person);
  if (verification === null) return goTo(view, '');
  if (verification.outcome !== 'approved' || verification.state !== 'finished') return goTo(view, '/now');
  const phones = await deps.actions.listPhones(session);
  const has = (type: string) => phones.some(({ phoneType, isVerified }) => phoneType === type && isVerified);
  const canAdd = has('mobile') ? (has('office') ? null : 'office') : 'mobile';
  // It is shown once, so that nothing that may fail comes after it.
  const secret: ShownSecret = person.isAhead
    ? { kind: 'none' }
    : await secretOf(deps, session, verification.id);
  return { status: 200, body: donePage(view, { verification, secret, canAdd }), headers: UNCHANGED };
}

async function secretOf(
  { actions }: LiveDeps,
  { tenantId, userId }: Session,
  verificationId: string,
): Promise<ShownSecret> {
  try {
    const { appPassword } = await actions.reveal({ tenantId, verificationId });
    return { kind: 'shown', groups: appPassword, userId };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'appPassword.alreadyRevealed') return { kind: 'shownBefore' };
    if (error.code === 'appPassword.notFound' || error.code === 'user.blocked') return { kind: 'none' };
    throw error;
  }
}

/** Another session id: browsers that keep pages for going back give them up when the cookie changes. */
async function leaveDone(deps: LiveDeps, { session, view, now }: Person): Promise<PageAnswer> {
  const id = newToken();
  const isRenamed = await deps.sessions.rename(session.idHash, hashOfToken(id), now);
  return goTo(view, '', isRenamed ? deps.cookie.write(id) : undefined);
}
