import { type Express, type Request, type Response, text } from 'express';
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import type { AnsweredBy, CallProgress, Providers, TrustedWebhook } from '../../providers/port.ts';
import type { Question } from '../ports.ts';
import { CHALLENGES } from '../states.ts';
import type { Answered } from '../store/answers.ts';
import type { CallAddresses } from './place-attempt.ts';
import { type Asked, createPlay, MOST_TRIES, type PlayDeps } from './play.ts';
import type { Spoken } from './speak-next.ts';

/** What the webhooks need. */
export interface WebhookDeps extends PlayDeps {
  providers: Pick<Providers, 'readWebhook' | 'renderStep'>;
  answerCall(call: { attemptId: string; callId: string }): Promise<Spoken>;
  recordDigits(answer: Answered, question: Question | null, digits: string | null): Promise<Spoken>;
  followCall: {
    progress(attemptId: string, progress: CallProgress): Promise<void>;
    machine(attemptId: string, callId: string, answeredBy: AnsweredBy): Promise<void>;
  };
  /** Hears of each webhook how long it took (s) and how it went. */
  observeWebhook(webhook: { kind: string; seconds: number; result: 'answered' | 'refused' | 'failed' }): void;
}

/** Stands for an attempt that cannot exist: such calls hear that they are over. */
const NO_ATTEMPT = '00000000-0000-0000-0000-000000000000';

const Address = z.object({
  attemptId: z.uuid().catch(NO_ATTEMPT),
  locale: z.string().max(35).catch('en-US'),
  round: z.coerce.number().int().min(0).max(1000).catch(0),
  try: z.coerce.number().int().min(0).max(MOST_TRIES).catch(0),
  key: z.string().length(1).nullable().catch(null),
  prompt: z.string().max(40).nullable().catch(null),
  challenge: z.enum(CHALLENGES).nullable().catch(null),
});

/**
 * Where the network reaches us about one attempt. Status and machine callbacks decide things and are answered with
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

type Handler = (asked: Asked, webhook: TrustedWebhook, request: Request, response: Response) => Promise<void>;

/**
 * Mounts the phone network's webhooks. Nothing happens before the signature is checked. Those that want a document
 * always get a valid one with status 200, whatever goes wrong inside.
 */
export function mountWebhooks(app: Express, deps: WebhookDeps): void {
  const play = createPlay(deps);
  const answer: Handler = (asked, webhook, request, response) =>
    play(
      asked,
      async () => deps.answerCall({ attemptId: asked.attemptId, ...webhook.answer() }),
      request,
      response,
    );
  const digits: Handler = (asked, webhook, request, response) => {
    const pressed = asked.key ?? singleKey(webhook);
    const decide = async () => {
      const { callId, digits } = webhook.digits();
      return deps.recordDigits(
        { attemptId: asked.attemptId, callId, round: asked.round },
        asked.question,
        asked.key ?? digits,
      );
    };
    return play({ ...asked, key: pressed }, decide, request, response);
  };
  const typed: Handler = (asked, webhook, request, response) => {
    const decide = async () => {
      const { callId, digits } = webhook.digits();
      const { attemptId, round, question } = asked;
      return deps.recordDigits({ attemptId, callId, round }, question, digits);
    };
    return play({ ...asked, key: null }, decide, request, response);
  };
  const handlers: Record<string, Handler> = {
    answer,
    fallback: answer,
    digits,
    typed,
    silence: digits,
    async status({ attemptId }, webhook, _request, response) {
      await deps.followCall.progress(attemptId, webhook.status());
      response.status(204).end();
    },
    async machine({ attemptId }, webhook, _request, response) {
      const { callId, answeredBy } = webhook.machine();
      await deps.followCall.machine(attemptId, callId, answeredBy);
      response.status(204).end();
    },
  };
  const form = text({ type: () => true, limit: '64kb' });
  for (const [name, handle] of Object.entries(handlers))
    app.post(`/webhooks/calls/:attemptId/${name}`, form, observed(deps, name, trusted(deps, handle)));
}

function observed(deps: WebhookDeps, kind: string, handle: ReturnType<typeof trusted>) {
  return async (request: Request, response: Response): Promise<void> => {
    const started = performance.now();
    const tell = (result: 'answered' | 'refused' | 'failed') =>
      deps.observeWebhook({ kind, seconds: (performance.now() - started) / 1000, result });
    try {
      await handle(request, response);
      tell('answered');
    } catch (error) {
      tell(error instanceof ServiceError && error.status < 500 ? 'refused' : 'failed');
      throw error;
    }
  };
}

/** The guard in front of every webhook: the signature first, then what its address says. */
function trusted(deps: WebhookDeps, handle: Handler) {
  return async (request: Request, response: Response): Promise<void> => {
    const webhook = deps.providers.readWebhook({
      originalUrl: request.originalUrl,
      header: (name) => request.get(name),
      body: typeof request.body === 'string' ? request.body : '',
    });
    const {
      try: tries,
      prompt,
      challenge,
      ...address
    } = Address.parse({
      ...request.query,
      attemptId: request.params.attemptId,
    });
    const question = prompt !== null && challenge !== null ? { prompt, challenge } : null;
    await handle({ ...address, question, tries, provider: webhook.provider }, webhook, request, response);
  };
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
