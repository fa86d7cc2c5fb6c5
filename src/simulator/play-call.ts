/** Plays document after document until the call ends. */
import type { Call } from './call.ts';
import type { DeliverWebhook } from './deliver-webhook.ts';
import type { Answer } from './http-exchange.ts';
import { type Document, type NextDocument, playDocument } from './play-document.ts';
import type { WebhookResult } from './send-webhook.ts';
import { hear, type Stage } from './stage.ts';
import { orInterrupted } from './timers.ts';
import { DocumentError, readTwiml } from './twiml.ts';
import { documentParams, type Params } from './webhook-params.ts';

/** A REST update gave the call another document; thrown into the one that plays. */
export class Redirection extends Error {
  override name = 'Redirection';
  readonly next: NextDocument;
  constructor(next: NextDocument) {
    super('the call was redirected');
    this.next = next;
  }
}

/** Twilio, error 12300: the content types a document may have. */
const DOCUMENT_TYPES = ['text/xml', 'application/xml', 'text/html'];

/** Plays calls whose documents are fetched through `deliver`. */
export function createCallPlayer({ stage, deliver }: { stage: Stage; deliver: DeliverWebhook }) {
  /** Plays the call from `first` until a document ends it. Rejects when the call ends otherwise. */
  return async function playCall(call: Call, first: NextDocument): Promise<void> {
    let next: NextDocument | null = first;
    while (next) next = await playNext(call, next);
  };

  async function playNext(call: Call, next: NextDocument): Promise<NextDocument | null> {
    const signal = AbortSignal.any([call.over.signal, call.redirection.signal]);
    try {
      signal.throwIfAborted();
      const document = await fetchDocument(call, next, signal);
      return await playDocument(stage, call, document, signal);
    } catch (error) {
      if (error instanceof Redirection) {
        call.redirection = new AbortController();
        return error.next;
      }
      if (error instanceof DocumentError) return afterFailure(call, next, error);
      throw error;
    }
  }

  async function fetchDocument(call: Call, next: NextDocument, signal: AbortSignal): Promise<Document> {
    const { kind, source } = next;
    if ('twiml' in source) return { verbs: readTwiml(source.twiml, ''), address: null };
    const webhook = { kind, address: source, params: documentParams(call, next.params) };
    const answer = requireDocument(await orInterrupted(signal, deliver(call, webhook)), source.url);
    return { verbs: readTwiml(answer.body, source.url), address: source };
  }

  /** The fallback document, requested with the error; where there is none, or it failed itself, an apology and the end. */
  async function afterFailure(
    call: Call,
    failed: NextDocument,
    error: DocumentError,
  ): Promise<NextDocument | null> {
    stage.eventLog.record(call, { type: 'warning', code: error.code, message: error.message });
    const { fallback } = call.request;
    const params: Params = { ErrorCode: String(error.code), ErrorUrl: error.url };
    if (fallback && failed.kind !== 'fallback') return { kind: 'fallback', source: fallback, params };
    const apology = "We're sorry, an application error has occurred. Goodbye.";
    hear(stage, call, apology, null, null);
    await stage.timers.wait((apology.length / stage.settings.charactersPerSecond) * 1_000, call.over.signal);
    return null;
  }
}

/** Twilio's numbers: 11205 no connection, 11200 no or no good answer, 12300 wrong content type. */
function requireDocument(result: WebhookResult, url: string): Answer {
  if (result.kind === 'failed') {
    const code = result.failure === 'ct' ? 11205 : 11200;
    throw new DocumentError(code, `The document could not be fetched: ${result.reason}`, url);
  }
  const { answer } = result;
  if (answer.status < 200 || answer.status > 299)
    throw new DocumentError(11200, `The document was answered with HTTP ${answer.status}`, url);
  const type = (answer.contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (DOCUMENT_TYPES.includes(type)) return answer;
  throw new DocumentError(
    12300,
    `The document has content type "${type}"; allowed: ${DOCUMENT_TYPES.join(', ')}`,
    url,
  );
}
