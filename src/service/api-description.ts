/** What the OpenAPI description says beside the routes: addresses, groups and outcome webhooks. */
import { z } from 'zod';
import { Instant, UserId, VerificationId } from '../api.ts';
import {
  APP_PASSWORD_MESSAGES,
  AppPasswordGuessedData,
  type AppPasswordMessage,
  AppPasswordsRevokedData,
} from '../app-passwords/messages.ts';
import { PHONE_TYPES } from '../domain/phone-type.ts';
import { OUTCOME_NAMES } from '../journey/outcomes.ts';
import { OutcomeErrorCode } from '../journey/request/verification-view.ts';
import { CHANNELS, MESSAGE_TYPES, type MessageType, PURPOSES } from '../journey/states.ts';
import { PHONE_METHOD_MESSAGES, type PhoneMethodMessage } from '../phone-methods/messages.ts';
import { PhoneMethodData, ReregistrationData } from '../phone-methods/schemas.ts';
import type { ApiInfo, ApiTag, ApiWebhook } from '../platform/http/api-info.ts';

const API = '/v1';
const OUTCOME_WEBHOOKS = 'Outcome webhooks';

/** Each group of operations, by the addresses that belong to it. */
const TAGS: ApiTag[] = [
  {
    name: 'Verifications',
    description: 'Calls that ask a person to approve: requested, followed, canceled',
    under: [`${API}/verifications`],
  },
  {
    name: 'Sign-ins',
    description: 'People who sign in with the number of their mobile phone: started, followed, checked',
    under: [`${API}/sign-ins`, `${API}/sign-in-pages`],
  },
  {
    name: 'Users',
    description: 'Phone methods, app passwords, language and PIN, blocks, and what a user may do now',
    under: [`${API}/users`],
  },
  {
    name: 'Phone methods',
    description: 'Numbers of many users at once',
    under: [`${API}/phone-methods`],
  },
  {
    name: 'Assertions',
    description: 'What a backend was given about a sign-in: redeemed once',
    under: [`${API}/assertions`],
  },
  {
    name: 'Signing keys',
    description: 'What assertions are verified with, open to everybody',
    under: ['/.well-known'],
  },
  {
    name: 'Key',
    description: 'Whose the API key is',
    under: [`${API}/key`],
  },
  {
    name: 'Policy',
    description: 'What the tenant allows; every version is kept',
    under: [`${API}/policy`],
  },
  {
    name: 'PBX profiles',
    description: 'The pauses around extensions behind switchboards',
    under: [`${API}/pbx-profiles`],
  },
  {
    name: 'Microsoft Entra',
    description: 'Connections through which Entra hands messages with codes over, and their certificates',
    under: [`${API}/entra-phone-providers`],
  },
  {
    name: 'Delivery hooks',
    description: 'Identity products other than Entra that hand codes over, to be spoken or sent',
    under: [`${API}/delivery-hooks`],
  },
  {
    name: 'Entra methods',
    description:
      'Sign-ins to Microsoft Entra ID that are approved by phone (external authentication methods)',
    under: [`${API}/entra-methods`],
  },
  {
    name: OUTCOME_WEBHOOKS,
    description: 'Where outcomes are posted, what is posted, and what was not delivered',
    under: [`${API}/webhook-endpoint`, `${API}/webhook-messages`],
  },
  {
    name: 'Audit events',
    description: 'Who changed what, about whom and when; never changed, and kept as long as the policy says',
    under: [`${API}/audit-events`],
  },
];

/** The headers of Standard Webhooks, as the outbox signs. */
const signatureHeaders = z.object({
  'webhook-id': z.guid().meta({ description: 'The same at each delivery; process each id once' }),
  'webhook-timestamp': z
    .string()
    .meta({ description: 'When this delivery was signed, seconds since 1970', example: '1795251600' }),
  'webhook-signature': z.string().meta({
    description:
      'One signature, or two separated by a space while a secret is replaced: `v1,` and the HMAC-SHA-256 in base64 of `{webhook-id}.{webhook-timestamp}.{body}` under the secret of the endpoint (Standard Webhooks)',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }),
});

const outcomeData = z
  .object({
    verificationId: VerificationId,
    userId: UserId,
    purpose: z.enum(PURPOSES),
    channel: z.enum(CHANNELS),
    escalatedAt: Instant.nullable().meta({
      description: 'Since when a call took the place of the text message; null: none did',
    }),
    phoneType: z.enum(PHONE_TYPES),
    outcome: z.enum(OUTCOME_NAMES),
    errorCode: OutcomeErrorCode,
    finishedAt: Instant,
    phoneMethodId: z.guid().nullable().meta({ description: 'The phone that was registered' }),
    appPasswordId: z.guid().nullable().meta({ description: 'The app password that was issued' }),
  })
  .meta({ id: 'OutcomeData', description: 'Ids and words; never a phone number or a secret' });

type AnyMessage = MessageType | PhoneMethodMessage | AppPasswordMessage;

/** Every type of message that is posted to webhook endpoints. */
export const WEBHOOK_MESSAGES: readonly AnyMessage[] = [
  ...MESSAGE_TYPES,
  ...PHONE_METHOD_MESSAGES,
  ...APP_PASSWORD_MESSAGES,
];

/** What generated receivers call the function for each type, and what has happened. */
const RECEIVED: Record<AnyMessage, Pick<ApiWebhook, 'operationId' | 'summary'>> = {
  'verification.finished': { operationId: 'receiveOutcome', summary: 'A verification has ended' },
  'fraud.reported': { operationId: 'receiveFraudReport', summary: 'A person reported a call as fraud' },
  'challenge.locked': {
    operationId: 'receiveChallengeLocked',
    summary:
      'Too many verifications of a user in a row had wrong answers, so that no further one is accepted for a while',
  },
  'phoneMethod.added': {
    operationId: 'receivePhoneMethodAdded',
    summary: 'A user has a further phone method: registered by a verification, or entered and not verified',
  },
  'phoneMethod.changed': {
    operationId: 'receivePhoneMethodChanged',
    summary: 'A phone method has another number, or was verified again',
  },
  'phoneMethod.removed': {
    operationId: 'receivePhoneMethodRemoved',
    summary: 'A phone method was removed; the data says what it was',
  },
  'phoneMethod.smsSignInEnabled': {
    operationId: 'receiveSmsSignInEnabled',
    summary: 'The number of a phone method is a user name',
  },
  'phoneMethod.smsSignInDisabled': {
    operationId: 'receiveSmsSignInDisabled',
    summary:
      'The number of a phone method is no user name any more: it was disabled, or was unused for too long and another user enabled it',
  },
  'phoneMethod.smsSignInContested': {
    operationId: 'receiveSmsSignInContested',
    summary:
      'The number of a phone method is a user name, and another user has proved to have it since its user did. It stays; find out whose it is',
  },
  'appPassword.revoked': {
    operationId: 'receiveAppPasswordsRevoked',
    summary:
      'App passwords of a user were revoked, by whomever: sign-ins with them are refused, and sessions that are open can be ended',
  },
  'appPassword.guessed': {
    operationId: 'receiveAppPasswordGuessed',
    summary:
      'Somebody guesses at the app passwords of a user: so many different wrong ones were tried in a day',
  },
  'user.reregistrationRequired': {
    operationId: 'receiveReregistrationRequired',
    summary: 'A user must verify all phone methods again',
  },
};

const dataOf = (type: AnyMessage) => {
  if (type === 'appPassword.revoked') return AppPasswordsRevokedData;
  if (type === 'appPassword.guessed') return AppPasswordGuessedData;
  if (type === 'user.reregistrationRequired') return ReregistrationData;
  return type.startsWith('phoneMethod.') ? PhoneMethodData : outcomeData;
};

function outcomeWebhook(type: AnyMessage): ApiWebhook {
  return {
    ...RECEIVED[type],
    name: type,
    tag: OUTCOME_WEBHOOKS,
    headers: signatureHeaders,
    body: z.object({
      type: z.literal(type),
      timestamp: Instant,
      data: dataOf(type),
    }),
    responses: {
      '2XX': 'Taken. Any other answer, also a redirect or none within 10 seconds, counts as a failure',
      '410': 'Delivery is given up at once',
      '4XX': 'Tried again later, for a day',
    },
  };
}

/** @param publicUrl where providers and, usually, backends reach this installation */
export function apiInfo(publicUrl: string): ApiInfo {
  return {
    title: 'Poundkey',
    version: '1',
    summary: 'Places the phone calls of multi-factor sign-in',
    description:
      'A backend requests a verification of a user and a phone number. Poundkey calls the number, asks the person to press `#`, and posts exactly one outcome.',
    license: { name: 'All rights reserved', identifier: 'LicenseRef-Poundkey' },
    servers: [
      { url: publicUrl, description: 'The public address of this installation' },
      { url: '/', description: 'Where this description was read' },
    ],
    tags: TAGS,
    webhooks: WEBHOOK_MESSAGES.map(outcomeWebhook),
  };
}
