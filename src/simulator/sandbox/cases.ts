/** The newest verification of each person: its way is put together from the service's events, the network's and the webhooks. */
import type { SimulatorEvent } from '../events.ts';
import { segmentsOf } from '../segments-of.ts';
import type { ProgressEvent, Verification } from './backend.ts';
import { inItsCountry } from './format-number.ts';
import type { Network } from './network.ts';
import type { Mark, Way } from './timeline.ts';

/** A verification and its call or text. */
export interface Case extends Way {
  userId: string;
  /** The number that is called or texted, E.164. */
  number: string;
  /** The outcome, as soon as the service has decided. */
  decided: string | null;
  /** The call or text in the network. */
  sid: string | null;
  extension: string | null;
  /** The digits to press before `#`, until they were. */
  digits: string | null;
}

/** A case that begins with a request at `startedAt`, which is not answered yet. */
export function newCase(
  asked: Pick<Case, 'userId' | 'number' | 'extension' | 'channel' | 'phoneType' | 'startedAt'>,
): Case {
  return {
    ...asked,
    ...{ id: null, purpose: 'register', marks: {}, lost: null, key: null, waitsUntil: null, outcome: null },
    ...{ isFinished: false, decided: null, sid: null, digits: null },
  };
}

/** Adds what the service says of a verification; `fact` is what its request was answered with. */
export function learn(its: Case, verification: Verification, now: number, fact: string): void {
  const { id, purpose, channel, phoneType, challenge, outcome, outcomeText, expectedCallAt } = verification;
  const expected = expectedCallAt === null ? 0 : Date.parse(expectedCallAt);
  const waits = outcome === null && verification.state === 'queued' && expected - now > 500;
  const { extension } = verification.number;
  Object.assign(its, { id, purpose, channel, phoneType, extension, digits: challenge.digits });
  its.waitsUntil = waits ? expected : null;
  its.outcome = outcome === null ? null : { name: outcome, text: outcomeText?.forUser ?? '' };
  its.isFinished ||= verification.state === 'finished';
  its.marks.request ??= { at: its.startedAt, fact };
  its.marks.queued ??= {
    at: now,
    fact: waits ? `waits ${Math.ceil((expected - now) / 1_000)} s` : 'first in line',
  };
}

/** Adds what happened in the network. */
export function hearNetwork(its: Case, event: SimulatorEvent, network: Network): void {
  if (event.type === 'webhookFailed' || event.type === 'webhookAnswered') hearWebhook(its, event);
  else if (event.type === 'textStatus') hearText(its, event, network);
  if (event.type === 'heard' && its.marks.answered)
    its.marks.answered.fact ||= `prompt “${its.digits ? 'ask-number' : 'ask'}”`;
  const mark = markOf(its, event);
  if (mark) its.marks[mark] = { at: event.at, fact: factOf(mark, its, event, network) };
  if (mark === 'key' && event.type === 'key') its.key = event.key;
  if (mark !== 'dialled') return;
  its.channel = 'call';
  its.waitsUntil = null;
}

function markOf({ decided }: Case, event: SimulatorEvent): Mark | null {
  if (event.type === 'created') return 'dialled';
  if (event.type === 'status' && event.status === 'ringing') return 'ringing';
  if (event.type === 'status' && event.status === 'in-progress') return 'answered';
  // Keys that are pressed after the deciding one change nothing.
  return event.type === 'key' && event.who === 'callee' && !decided ? 'key' : null;
}

function factOf(mark: Mark, its: Case, { sid }: SimulatorEvent, network: Network): string {
  const from = network.findCall(sid)?.request.from ?? '';
  const { extension } = its;
  if (mark === 'dialled')
    return extension ? `then ${[...extension].join(' ')}` : `from ${inItsCountry(from)}`;
  return '';
}

/** The station that a webhook of each kind tells the service of. */
function toldBy(its: Case, kind: string): Mark {
  if (kind === 'digits') return 'key';
  if (kind === 'text') return its.marks.delivered ? 'delivered' : 'sent';
  if (kind === 'status' && !its.marks.answered) return its.marks.ringing ? 'ringing' : 'dialled';
  return 'answered';
}

type WebhookEvent = Extract<SimulatorEvent, { type: 'webhookFailed' | 'webhookAnswered' }>;

function hearWebhook(its: Case, { type, kind }: WebhookEvent): void {
  const told = toldBy(its, kind);
  const passed = its.marks[told];
  if (type === 'webhookFailed') {
    // Nobody waits for what is lost after the end.
    if (passed && !its.isFinished) its.lost = told;
    return;
  }
  // After a lost key the service asks again: what then comes is no news of the key.
  if (its.lost !== 'key' || told === 'key') its.lost = null;
  if (passed && told === 'key') passed.fact = 'key callback';
  else if (passed && (kind === 'status' || kind === 'text')) passed.fact ||= 'status callback';
}

function hearText(its: Case, event: Extract<SimulatorEvent, { type: 'textStatus' }>, network: Network): void {
  const text = network.texts().find(({ sid }) => sid === event.sid);
  if (event.status === 'sent' && text) {
    const segments = segmentsOf(text);
    its.marks.sent = { at: event.at, fact: `${segments} segment${segments === 1 ? '' : 's'}` };
    its.waitsUntil = null;
  }
  if (event.status === 'delivered') its.marks.delivered = { at: event.at, fact: '' };
}

/** Adds an event of the service: `prompt` is what the person hears from then on. */
export function hearService(its: Case, { state, outcome, prompt, at }: ProgressEvent): void {
  if (prompt && state === 'answered' && its.marks.answered) its.marks.answered.fact = `prompt “${prompt}”`;
  if (outcome) its.decided = outcome;
  if (its.decided !== 'approved') return;
  if (state === 'decided' && its.channel === 'sms') its.marks.code ??= { at: Date.parse(at), fact: '' };
  if (state === 'finished') its.marks.registered ??= { at: Date.parse(at), fact: '' };
}

/** Adds the outcome webhook that told of the end. */
export function hearOutcome(its: Case, data: Record<string, string | null>, at: number): void {
  its.marks.outcomeSent ??= { at, fact: 'webhook, 200' };
  its.lost = null;
  its.isFinished = true;
  its.outcome ??= { name: data.outcome ?? '', text: '' };
  if (data.outcome !== 'approved') return;
  const finishedAt = data.finishedAt ? Date.parse(data.finishedAt) : at;
  its.marks.registered = {
    at: finishedAt,
    fact: data.appPasswordId ? 'with app password' : 'no app password',
  };
}
