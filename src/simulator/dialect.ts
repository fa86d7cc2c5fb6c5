/** How a provider that speaks Twilio's language differs from Twilio, where it shows in calls, webhooks and answers. */
import { randomUUID } from 'node:crypto';
import { type Call, newSid } from './call.ts';
import type { StatusEvent } from './call-request.ts';
import { signSignalWire, signWebhook, type WebhookParams } from './sign-webhook.ts';

/** The rules of one provider. */
export interface Dialect {
  /** In front of the version in every path of the REST API. */
  basePath: string;
  newCallSid(): string;
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
  signatureHeader: 'X-Twilio-Signature',
  sign: signWebhook,
  sipCodeName: 'SipResponseCode',
  statusExtras: {},
  eventWords: { initiated: ['initiated'], ringing: ['ringing'], answered: ['in-progress'] },
  answeredBy: (word) => word,
  resourceFields: () => ({}),
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
 * SignalWire's Compatibility API (SignalWire: Compatibility API, Calls, errors, voice status callback; cXML). Where its
 * documents leave something open, the less convenient reading.
 */
const SIGNALWIRE: Dialect = {
  basePath: '/api/laml',
  newCallSid: randomUUID,
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
