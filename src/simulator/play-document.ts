/** Plays the verbs of one document and says what comes next. */
import type { Call } from './call.ts';
import type { Address } from './call-request.ts';
import type { WebhookKind } from './events.ts';
import { type Gathered, gather } from './gather.ts';
import { playAudio } from './play-audio.ts';
import type { Stage } from './stage.ts';
import { DocumentError, type Verb } from './twiml.ts';
import type { Params } from './webhook-params.ts';

/** The next document to play. */
export interface NextDocument {
  kind: WebhookKind;
  source: Address | { twiml: string };
  /** What the request carries besides the usual. */
  params: Params;
}

/** A document that was fetched. `address` is where it came from, null for one given inline. */
export interface Document {
  verbs: Verb[];
  address: Address | null;
}

/** How a verb leaves: with another document, with the end of the call, or (undefined) for the next verb. */
type Leaving = NextDocument | 'hangUp' | undefined;

/**
 * Plays `document`. Resolves with the next document, or null when the call is to end: at Hangup and at the end of
 * the document. Rejects with `DocumentError` for an address that makes no sense, and when `signal` is aborted.
 */
export async function playDocument(
  stage: Stage,
  call: Call,
  document: Document,
  signal: AbortSignal,
): Promise<NextDocument | null> {
  for (const verb of document.verbs) {
    const leaving = await playVerb(stage, call, verb, document, signal);
    if (leaving !== undefined) return leaving === 'hangUp' ? null : leaving;
  }
  return null;
}

async function playVerb(
  stage: Stage,
  call: Call,
  verb: Verb,
  document: Document,
  signal: AbortSignal,
): Promise<Leaving> {
  switch (verb.name) {
    case 'Gather':
      return afterGather(stage, verb, document, await gather(stage, call, verb, signal));
    case 'Redirect':
      return { kind: 'redirect', source: addressOf(stage, verb, verb.text, document), params: {} };
    case 'Hangup':
    // Reject means something only before pick-up (Twilio, TwiML: Reject); an outbound call that plays it just ends.
    case 'Reject':
      return 'hangUp';
    default:
      return void (await playAudio(stage, call, verb, signal));
  }
}

/**
 * Without digits the next verb follows, also when the finish key was pressed first; `actionOnEmptyResult` asks the
 * action anyway, without a `Digits` field. `FinishedOnKey` and `msg` are sent though the documentation does not mention them.
 */
function afterGather(
  stage: Stage,
  verb: Verb,
  document: Document,
  { digits, finishedOnKey }: Gathered,
): Leaving {
  if (digits === '' && verb.attributes.actionOnEmptyResult !== 'true') return undefined;
  const params: Params = { msg: 'Gather End', FinishedOnKey: finishedOnKey };
  if (digits !== '') params.Digits = digits;
  return { kind: 'digits', source: addressOf(stage, verb, verb.attributes.action ?? '', document), params };
}

/**
 * Where `target` leads: relative to the document, and empty means the document itself (Twilio, Gather: action). Some
 * providers take absolute addresses only.
 */
function addressOf({ dialect }: Stage, verb: Verb, target: string, { address }: Document): Address {
  const method = (verb.attributes.method ?? 'POST').toUpperCase() === 'GET' ? 'GET' : 'POST';
  const base = address?.url.replace(/#.*$/, '');
  const isRefused = dialect.absoluteAddresses && target !== '' && !URL.canParse(target);
  if (target === '' && address) return { url: address.url, method };
  if (target !== '' && !isRefused && URL.canParse(target, base))
    return { url: resolved(target, base), method };
  throw new DocumentError(11100, `<${verb.name}>: "${target}" is not an address here`, address?.url ?? '');
}

/** An absolute address stays as it is written, since the signature covers every character. */
function resolved(target: string, base: string | undefined): string {
  return URL.canParse(target) ? target : new URL(target, base).href;
}
