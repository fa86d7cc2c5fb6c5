/** How a provider that speaks Twilio's language differs from Twilio, where it shows in calls, texts, webhooks and answers. */
import { randomUUID } from 'node:crypto';
import { type Call, newSid } from './call.ts';
import type { StatusEvent } from './call-request.ts';
import { segmentsOf } from './segments-of.ts';
import { signSignalWire, signWebhook, type WebhookParams } from './sign-webhook.ts';
import type { TextMessage, TextStatus } from './text-message.ts';

/** The rules of one provider. */
export interface Dialect {
  /** In front of the version in every path of the REST API. */
  basePath: string;
  newCallSid(): string;
  newTextSid(): string;
  signatureHeader: string;
  /** The signature of a webhook under `key`. */
  sign(key: string, url: string, params: WebhookParams): string;
  /** The name of the SIP answer in the last status callback. */
  sipCodeName: string;
  /** What every status callback carries on top. */
  statusExtras: Readonly<Record<string, string>>;
  /** The status words of one event, each sent in a callback of its own. The word for `completed` says how the call ended. */
  eventWords: Readonly<Record<Exclude<StatusEvent, 'completed'>, readonly string[]>>;
  /** The word for who picked up, made from Twilio's. */
  answeredBy(word: string): string;
  /** What the Call resource has in place of Twilio's fields. */
  resourceFields(call: Call, durationS: number | null): object;
  /** The statuses of a text that are reported. */
  textCallbacks: readonly TextStatus[];
  /** What the status callback of a text carries on top. */
  textExtras(text: TextMessage): Readonly<Record<string, string>>;
  /** What the Message resource has in place of Twilio's fields. */
  textResourceFields(text: TextMessage): object;
  /** What may be sent in `SendDigits`. */
  sendDigits: RegExp;
  /** Whether `TimeLimit` ends a call. */
  hasTimeLimit: boolean;
  /** What an empty `finishOnKey` means: no key, or the default one. */
  emptyFinishOnKey: string;
  /** Whether `action` and the target of a redirect have to be absolute. */
  absoluteAddresses: boolean;
  /** Limits of webhooks, by the names in an address's fragment; see `connection-overrides.ts`. */
  connection: {
    connect: string;
    connectMs: number;
    readMs: number;
    /** How often a failed status callback, and any other webhook, is repeated unless the fragment says so. */
    statusRetries: number;
    otherRetries: number;
    /** Whether the fragment may ask for retries. */
    retriesOnDemand: boolean;
  };
  /** Whether refusals come in a list (`errors`). */
  errorList: boolean;
}

/** Twilio itself. */
const TWILIO: Dialect = {
  basePath: '',
  newCallSid: () => newSid('CA'),
  newTextSid: () => newSid('SM'),
  signatureHeader: 'X-Twilio-Signature',
  sign: signWebhook,
  sipCodeName: 'SipResponseCode',
  statusExtras: {},
  eventWords: { initiated: ['initiated'], ringing: ['ringing'], answered: ['in-progress'] },
  answeredBy: (word) => word,
  resourceFields: () => ({}),
  // Twilio, outbound message status in status callbacks: none for the status that the answer had.
  textCallbacks: ['sending', 'sent', 'delivered', 'undelivered', 'failed'],
  textExtras: () => ({}),
  textResourceFields: () => ({}),
  sendDigits: /^[0-9A-D#*wW]{0,32}$/,
  hasTimeLimit: true,
  emptyFinishOnKey: '',
  absoluteAddresses: false,
  connection: {
    connect: 'ct',
    connectMs: 5_000,
    readMs: 15_000,
    statusRetries: 1,
    otherRetries: 1,
    retriesOnDemand: true,
  },
  errorList: false,
};

/**
 * SignalWire's Compatibility API (SignalWire: Compatibility API, Calls, Messages, errors, voice status callback; cXML). Where its
 * documents leave something open, the less convenient reading.
 */
const SIGNALWIRE: Dialect = {
  basePath: '/api/laml',
  newCallSid: randomUUID,
  newTextSid: randomUUID,
  signatureHeader: 'X-SignalWire-Signature',
  sign: signSignalWire,
  sipCodeName: 'SipResultCode',
  statusExtras: { AudioInMos: '4.5', AudioInMediaPacketCount: '512', AudioOutMediaPacketCount: '498' },
  eventWords: { initiated: ['initiated'], ringing: ['ringing'], answered: ['answered', 'in-progress'] },
  answeredBy: (word) => (word === 'human' ? 'human' : 'machine'),
  resourceFields: ({ request }, durationS) => ({
    duration: durationS,
    price: durationS === null ? null : 0.007,
    direction: 'outbound',
    formatted_to: request.to,
    formatted_from: request.from,
    annotation: null,
  }),
  textCallbacks: ['queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed'],
  textExtras: (text) => ({
    Body: text.request.body,
    NumMedia: '0',
    NumSegments: String(segmentsOf(text)),
  }),
  textResourceFields: (text) => ({
    num_segments: segmentsOf(text),
    error_code: text.errorCode === null ? null : String(text.errorCode),
    price: text.sentAt === null ? null : 0.005,
  }),
  sendDigits: /^[0-9#*wW]{0,32}$/,
  hasTimeLimit: false,
  emptyFinishOnKey: '#',
  absoluteAddresses: true,
  connection: {
    connect: 'ot',
    connectMs: 2_000,
    readMs: 5_000,
    statusRetries: 2,
    otherRetries: 0,
    retriesOnDemand: false,
  },
  errorList: true,
};

/** The dialects by the provider's name. */
export const DIALECTS = { twilio: TWILIO, signalwire: SIGNALWIRE } as const;
