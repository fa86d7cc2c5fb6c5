import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  AppPasswordGuessedMessageData,
  AppPasswordsRevokedMessageData,
  Outcome,
  PhoneMethodMessageData,
  ReregistrationMessageData,
} from './types.ts';

/** What is posted to the tenant's webhook endpoint: ids and words, no number and no secret. `type` tells them apart. */
export type WebhookPayload = OutcomeMessage | PhoneMethodMessage | ReregistrationMessage | AppPasswordMessage;

/** About a phone of a user. */
export interface PhoneMethodMessage {
  type:
    | 'phoneMethod.added'
    | 'phoneMethod.changed'
    | 'phoneMethod.removed'
    | 'phoneMethod.smsSignInEnabled'
    | 'phoneMethod.smsSignInDisabled'
    | 'phoneMethod.smsSignInContested';
  /** ISO 8601, UTC. */
  timestamp: string;
  data: PhoneMethodMessageData;
}

/** A user must verify all phones again. */
export interface ReregistrationMessage {
  type: 'user.reregistrationRequired';
  /** ISO 8601, UTC. */
  timestamp: string;
  data: ReregistrationMessageData;
}

/** App passwords of a user were revoked, or somebody guesses at them. */
export type AppPasswordMessage = { timestamp: string } & (
  | { type: 'appPassword.revoked'; data: AppPasswordsRevokedMessageData }
  | { type: 'appPassword.guessed'; data: AppPasswordGuessedMessageData }
);

/** About a verification that has ended. */
export interface OutcomeMessage {
  type: 'verification.finished' | 'fraud.reported' | 'challenge.locked';
  /** ISO 8601, UTC. */
  timestamp: string;
  data: {
    verificationId: string;
    userId: string;
    purpose: string;
    channel: string;
    /** Since when a call took the place of the text message; null: none did. */
    escalatedAt: string | null;
    phoneType: string;
    outcome: Outcome;
    errorCode: string | null;
    finishedAt: string;
    phoneMethodId: string | null;
    appPasswordId: string | null;
  };
}

/** A message as it came: `headers` of Node.js or of `fetch`; `body` before any parsing. */
export interface ReceivedMessage {
  headers: Record<string, string | string[] | undefined> | Headers;
  body: string | Uint8Array;
}

/** A message is not Poundkey's, or was changed, or is old: answer 400 and do nothing. */
export class WebhookVerificationError extends Error {
  override name = 'WebhookVerificationError';
}

/** Standard Webhooks, "Verifying webhook authenticity": how far the clocks may differ, s. */
const TOLERANCE_S = 300;

/**
 * Checks that a message is Poundkey's (Standard Webhooks) and reads it. The same message may come twice: its
 * `webhook-id` header stays the same.
 * @param secret `whsec_…`, as it was shown when the endpoint was set
 * @throws WebhookVerificationError when it is not, or is older than five minutes
 * @throws TypeError when the secret is none
 */
export function readOutcomeWebhook(secret: string, message: ReceivedMessage): WebhookPayload {
  const key = keyOf(secret);
  const [id, timestamp, signatures] = NAMES.map((name) => header(message.headers, name)) as [
    string,
    string,
    string,
  ];
  checkTime(timestamp);
  const body = Buffer.from(message.body);
  const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  if (!signatures.split(' ').some((signature) => isRight(signature, right)))
    throw new WebhookVerificationError(
      'No matching signature: the message was signed with another secret, or its body is not as it was sent. Check the secret, and give the body as it came, before any parsing.',
    );
  return JSON.parse(body.toString('utf8')) as WebhookPayload;
}

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

function keyOf(secret: string): Buffer {
  const key = Buffer.from(String(secret ?? '').replace(/^whsec_/, ''), 'base64');
  if (key.length > 0) return key;
  throw new TypeError(
    'The secret must be the one that Poundkey showed when the endpoint was set: whsec_ and base64.',
  );
}

function header(headers: ReceivedMessage['headers'], name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`The header ${name} is missing: the message is not from Poundkey.`);
}

function checkTime(timestamp: string): void {
  const ageS = /^\d{1,12}$/.test(timestamp) ? Date.now() / 1000 - Number(timestamp) : Number.NaN;
  if (Math.abs(ageS) <= TOLERANCE_S) return;
  throw new WebhookVerificationError(
    'The message is more than five minutes old, or dated in the future. Check the clock of this machine.',
  );
}

/** One signature is `v1,` and base64; while a secret is being replaced there are two. */
function isRight(signature: string, right: Buffer): boolean {
  const [version, value = ''] = signature.split(',');
  const given = Buffer.from(value, 'base64');
  return version === 'v1' && given.length === right.length && timingSafeEqual(given, right);
}
