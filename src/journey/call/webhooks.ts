import { z } from 'zod';
import { actAs } from '../../domain/actor.ts';
import { noBody, textAnswer } from '../../platform/http/answers.ts';
import type { FormBody, FormFields } from '../../platform/http/form-body.ts';
import { defineRouteSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { Answered as AnsweredRequest, IncomingRequest } from '../../platform/http/route-set.ts';
import type {
  AnsweredBy,
  CallProgress,
  Providers,
  Sender,
  StepDocument,
  TrustedWebhook,
} from '../../providers/port.ts';
import type { Question } from '../ports.ts';
import { CHALLENGES } from '../states.ts';
import type { Answered } from '../store/answered.ts';
import type { CallSide } from '../store/live-calls.ts';
import type { FollowText } from '../text/follow-text.ts';
import { textStatusRoute } from '../text/webhooks.ts';
import type { CallAddresses } from './call-way.ts';
import { type Asked, createPlay, MOST_TRIES, type PlayDeps } from './play.ts';
import type { Spoken } from './speak-next.ts';

/** What the webhooks need. */
export interface WebhookDeps extends PlayDeps {
  providers: Pick<Providers, 'readWebhook' | 'renderStep'>;
  answerCall(call: CallSide): Promise<Spoken>;
  recordDigits(answer: Answered, question: Question | null, digits: string | null): Promise<Spoken>;
  followCall: {
    progress(attemptId: string, progress: CallProgress, sender: Sender): Promise<void>;
    machine(call: CallSide, answeredBy: AnsweredBy): Promise<void>;
  };
  followText: FollowText;
  /** Hears of each webhook how long it took (s) and how it went. */
  observeWebhook(webhook: { kind: string; seconds: number; result: 'answered' | 'refused' | 'failed' }): void;
}

/** Stands for an attempt that cannot exist: such calls hear that they are over. */
const NO_ATTEMPT = '00000000-0000-0000-0000-000000000000';

const AttemptId = z.uuid().catch(NO_ATTEMPT);
/** What is missing and what makes no sense count alike. Without its own default, what is missing would first be made an error. */
const Query = z.object({
  locale: z.string().max(35).default('en-US').catch('en-US'),
  round: z.coerce.number().int().min(0).max(1000).default(0).catch(0),
  try: z.coerce.number().int().min(0).max(MOST_TRIES).default(0).catch(0),
  key: z.string().length(1).nullable().default(null).catch(null),
  prompt: z.string().max(40).nullable().default(null).catch(null),
  challenge: z.enum(CHALLENGES).nullable().default(null).catch(null),
});

/**
 * Where the provider reaches us about one attempt. Status and machine callbacks decide things and are answered with
 * an error while the registry is away, so they ask to be sent again.
 */
export function createCallAddresses(publicUrl: string): CallAddresses {
  return ({ attemptId, locale }) => {
    const base = `${publicUrl}/webhooks/calls/${attemptId}`;
    const query = `?${new URLSearchParams({ locale })}`;
    return {
      answer: `${base}/answer${query}`,
      fallback: `${base}/fallback${query}`,
      status: `${base}/status`,
      machine: `${base}/machine`,
    };
  };
}

/** A webhook that the provider signed, and what its address asks for; a class for the reason of `FormBody`. */
class Caller {
  readonly webhook: TrustedWebhook;
  readonly attemptId: string;
  /** The path of its address. */
  readonly path: string;
  readonly #request: IncomingRequest;
  #asked: Asked | undefined;

  constructor(webhook: TrustedWebhook, request: IncomingRequest) {
    this.webhook = webhook;
    this.attemptId = AttemptId.parse(request.params.attemptId);
    this.path = request.originalUrl.split('?', 1)[0] ?? '';
    this.#request = request;
  }

  /** Read when it is first asked for: reports ask for nothing. */
  get asked(): Asked {
    this.#asked ??= {
      ...readQuery(this.#request.query),
      attemptId: this.attemptId,
      provider: this.webhook.provider,
    };
    return this.#asked;
  }
}

const defineRoute = routeDefiner<Caller>();
/** Whoever signed a webhook is believed: its address and its form are read when the signature is checked. */
const signed = {
  method: 'post',
  params: unchecked,
  query: unchecked,
  body: unchecked,
  problems: [],
} as const;
const pathOf = (name: string) => `/webhooks/calls/:attemptId/${name}` as const;

/**
 * The routes of the provider's webhooks. Nothing happens before the signature is checked. Those that want a
 * document always get a valid one with status 200, whatever goes wrong inside.
 */
export function createWebhookSet(deps: WebhookDeps) {
  return defineRouteSet({
    under: '/webhooks',
    body: 'form',
    identify: async (request: IncomingRequest<FormBody>) => identify(deps, request),
    inNameOf: ({ webhook }, _request, work) =>
      actAs({ type: 'provider', id: webhook.provider, name: null, clientAddress: null }, work),
    whileDraining: 'answer',
    mayBeStored: true,
    otherMethods: 'notFound',
    security: null,
    observe: ({ operationId, status, seconds }) =>
      deps.observeWebhook({ kind: operationId, seconds, result: resultOf(status) }),
    routes: [...playingRoutes(deps), ...reportingRoutes(deps), textStatusRoute(deps.followText)],
  });
}

/** The signature first, then what the address says. */
function identify({ providers }: WebhookDeps, request: IncomingRequest<FormBody>): Caller {
  const { originalUrl, header, body } = request;
  return new Caller(providers.readWebhook({ originalUrl, header, body: body.text }), request);
}

function readQuery(query: FormFields): Omit<Asked, 'attemptId' | 'provider'> {
  const { try: tries, prompt, challenge, ...rest } = Query.parse(query);
  return { ...rest, tries, question: prompt !== null && challenge !== null ? { prompt, challenge } : null };
}

function resultOf(status: AnsweredRequest['status']) {
  if (status < 400) return 'answered';
  return status < 500 ? 'refused' : 'failed';
}

/** Webhooks that are answered with what to play. */
function playingRoutes(deps: WebhookDeps) {
  const play = createPlay(deps);
  const route = (name: string, documentOf: (caller: Caller) => Promise<StepDocument>) =>
    defineRoute({
      ...signed,
      path: pathOf(name),
      summary: 'Fetch the document to play next',
      operationId: name,
      responses: { 200: textAnswer('A TwiML document', 'text/xml; charset=utf-8') },
      async handle({ caller }) {
        const { contentType, body } = await documentOf(caller);
        return { status: 200, body, headers: { 'content-type': contentType } };
      },
    });
  const answer = (caller: Caller) =>
    play(
      caller.asked,
      async () => deps.answerCall(callOf(caller, caller.webhook.answer().callId)),
      caller.path,
    );
  const record = async (webhook: TrustedWebhook, { attemptId, round, question, key }: Asked) => {
    const { callId, digits } = webhook.digits();
    return deps.recordDigits({ attemptId, callId, round, sender: webhook.sender }, question, key ?? digits);
  };
  const digits = ({ asked, webhook, path }: Caller) =>
    play({ ...asked, key: asked.key ?? singleKey(webhook) }, () => record(webhook, asked), path);
  const typed = ({ asked: said, webhook, path }: Caller) => {
    const asked = { ...said, key: null };
    return play(asked, () => record(webhook, asked), path);
  };
  return [
    route('answer', answer),
    route('fallback', answer),
    route('digits', digits),
    route('typed', typed),
    route('silence', digits),
  ];
}

function callOf({ attemptId, webhook }: Caller, callId: string): CallSide {
  return { attemptId, callId, sender: webhook.sender };
}

/** Webhooks that only report. */
function reportingRoutes({ followCall }: WebhookDeps) {
  const route = (name: string, follow: (caller: Caller) => Promise<void>) =>
    defineRoute({
      ...signed,
      path: pathOf(name),
      summary: 'Report the progress of a call',
      operationId: name,
      responses: { 204: noBody('The report was accepted') },
      async handle({ caller }) {
        await follow(caller);
        return { status: 204, body: null };
      },
    });
  return [
    route('status', ({ attemptId, webhook }) =>
      followCall.progress(attemptId, webhook.status(), webhook.sender),
    ),
    route('machine', async (caller) => {
      const { callId, answeredBy } = caller.webhook.machine();
      await followCall.machine(callOf(caller, callId), answeredBy);
    }),
  ];
}

/** The one key that may go along in an address, if one was pressed. */
function singleKey(webhook: TrustedWebhook): string | null {
  try {
    const { digits } = webhook.digits();
    return digits?.length === 1 ? digits : null;
  } catch {
    // What makes no sense is reported when it is decided upon.
    return null;
  }
}
