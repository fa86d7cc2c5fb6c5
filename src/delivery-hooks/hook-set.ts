/** `/hooks`, where identity products hand codes over. Nothing that was sent is looked at before the caller is known. */
import { z } from 'zod';
import { actAs } from '../domain/actor.ts';
import type { DeliverMessage } from '../domain/delivered-message.ts';
import { refusalIn, ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { type Deadline, deadlineIn, TooLateError } from '../platform/deadline.ts';
import { defineRouteSet, type MountedSet } from '../platform/http/mount-sets.ts';
import type { ProblemPage } from '../platform/http/problem-page.ts';
import { routeDefiner, unchecked } from '../platform/http/route.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import { hmac, type KeyRing } from '../platform/secrets/key-ring.ts';
import { AUTH0 } from './auth0.ts';
import type { FrontEnd, HandedOver, HookKind, HookRequest } from './front-end.ts';
import { type DeliveryHook, type DeliveryHooks, HOOKS_PATH } from './hooks.ts';
import { OKTA } from './okta.ts';
import { SUPABASE } from './supabase.ts';

/** What the sets need. */
export interface HookSetDeps {
  hooks: Pick<DeliveryHooks, 'called'>;
  deliver: DeliverMessage;
  /** The sentence with a code in it, where a product sends the code alone. */
  sentenceWith(code: string, of: { tenantId: string; locale: string | null }): Promise<string>;
  /** Under them is hashed what tells messages apart: it holds code and number. */
  hashKeys: KeyRing;
  /** Hears of each message what became of it, and how long that took, s. */
  observe: (kind: HookKind, result: 'accepted' | 'repeated' | 'refused' | 'failed', seconds: number) => void;
  /** Hears why a request was refused, for whoever sets a hook up: no number, code or secret is in it. */
  sayRefused: (hook: { kind: HookKind; deliveryHookId: string }, reason: string) => void;
  clock: Clock;
}

/** How long a product may wait for its answer, ms. Later it would deliver the code itself, and the person would get two. */
const ANSWER_MS = 2_500;

interface Caller {
  hook: DeliveryHook;
  request: HookRequest;
  deadline: Deadline;
}

/** One set for each product: each is answered in its own words. */
export function createHookSets(deps: HookSetDeps): MountedSet[] {
  return [OKTA, AUTH0, SUPABASE].map((frontEnd) => hookSet(deps, frontEnd));
}

function hookSet(deps: HookSetDeps, frontEnd: FrontEnd): MountedSet {
  const { kind } = frontEnd;
  return defineRouteSet({
    under: `${HOOKS_PATH}/${kind}`,
    body: 'text',
    identify: (request: IncomingRequest<string>) => identify(deps, frontEnd, request),
    inNameOf: ({ hook }, { clientAddress }, work) =>
      actAs({ type: 'provider', id: hook.id, name: kind, clientAddress }, work),
    logged: ({ hook }) => ({ tenantId: hook.tenantId, deliveryHookId: hook.id }),
    challenge: 'Bearer',
    whileDraining: 'refuse',
    mayBeStored: false,
    otherMethods: 'notFound',
    unlisted: true,
    security: null,
    problemPage: problemsOf(frontEnd),
    observe: ({ status, seconds }) => {
      if (status >= 400) deps.observe(kind, status < 500 ? 'refused' : 'failed', seconds);
    },
    routes: [handOver(deps, frontEnd)],
  });
}

/** There is no hook, or the secret is another one: whoever asks is not told which. */
async function identify(
  { hooks, sayRefused, clock }: HookSetDeps,
  { kind, isAuthentic }: FrontEnd,
  { params, header, body: text }: IncomingRequest<string>,
): Promise<Caller> {
  const deadline = deadlineIn(ANSWER_MS);
  const id = params.id ?? '';
  const isId = z.guid().safeParse(id).success;
  const called = isId ? await deadline.inTime(hooks.called(kind, id)).catch(orTooLate) : null;
  const request = { header, text };
  if (called !== null && isAuthentic(request, called.secret, clock.now()))
    return { hook: called.hook, request, deadline };
  if (isId) {
    const reason =
      called === null ? 'there is no such hook' : 'the secret, the signature or the time is wrong';
    sayRefused({ kind, deliveryHookId: id }, reason);
  }
  const detail = `There is no hook at this address, or its secret is another one. Expected: what delivery-hooks create has printed.`;
  throw new ServiceError('message.callerUnknown', detail);
}

function handOver(deps: HookSetDeps, frontEnd: FrontEnd) {
  const { kind } = frontEnd;
  return routeDefiner<Caller>()({
    method: 'post',
    path: `${HOOKS_PATH}/${kind}/:id`,
    summary: `Take over a code from ${kind}`,
    operationId: `${kind}HandOver`,
    params: unchecked,
    query: unchecked,
    body: unchecked,
    responses: { 200: { description: 'It was taken over, or taken over before', schema: z.looseObject({}) } },
    problems: [],
    async handle({ caller }) {
      const started = performance.now();
      const result = await take(deps, frontEnd, caller).catch((error: unknown) => {
        const { message } = refusalIn(error);
        deps.sayRefused({ kind, deliveryHookId: caller.hook.id }, message);
        throw error;
      });
      deps.observe(kind, result, (performance.now() - started) / 1000);
      return { status: 200, body: frontEnd.accepted };
    },
  });
}

async function take(deps: HookSetDeps, frontEnd: FrontEnd, { hook, request, deadline }: Caller) {
  const handed = frontEnd.read(jsonOf(request.text), request, deps.clock.now());
  const message = await deadline.inTime(messageOf(deps, hook, handed)).catch(orTooLate);
  const { kind } = await deps.deliver(message, deadline).catch(orTooLate);
  return kind;
}

async function messageOf(
  { sentenceWith, hashKeys }: HookSetDeps,
  { id, kind, tenantId, asksFirst, times }: DeliveryHook,
  { channel, number, code, text, locale, lifeS, repeats }: HandedOver,
) {
  return {
    ...{ tenantId, source: `${kind} ${id}`, correlationId: null, extension: null },
    nonce: hmac(hashKeys, `delivery hook ${id} ${repeats}`).hash,
    ...{ channel, number, locale, lifeS, asksFirst, times },
    text: text ?? (await sentenceWith(code, { tenantId, locale })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError('request.malformedJson', 'The body is not JSON. Send one JSON object.');
  }
}

function orTooLate(error: unknown): never {
  if (!(error instanceof TooLateError)) throw error;
  const said = 'The code could not be taken over in time; it is not delivered.';
  throw new ServiceError('message.tooLate', said, { cause: error });
}

function problemsOf(frontEnd: FrontEnd): ProblemPage {
  return ({ status, body: { code, title } }) => ({
    html: JSON.stringify(frontEnd.refused({ status, code, title })),
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
  });
}
