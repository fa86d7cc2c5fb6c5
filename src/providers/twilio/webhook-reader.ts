import { ServiceError } from '../../errors.ts';
import type { IncomingWebhook, TrustedWebhook } from '../port.ts';
import type { Profile } from './profiles.ts';
import { createSignatureCheck } from './signature.ts';
import { parseText } from './text-webhooks.ts';
import { parseAnswer, parseDigits, parseMachine, parseStatus } from './webhooks.ts';

/** What webhooks are checked against; see `createSignatureCheck`. */
export interface WebhookKeys {
  publicUrl: string;
  /** The account that places calls and sends texts. Shared keys may sign for others too. */
  accountSid?: string;
  authTokens: readonly string[];
  sharedKeys?: readonly string[];
  profile: Profile;
}

/**
 * Reads webhooks as they arrive: checks who sent them, then offers what they say in our words.
 * @param provider its name
 * @returns the reader; it throws `ServiceError` `webhook.unsigned` or `webhook.wrongSignature`
 */
export function createWebhookReader(provider: string, keys: WebhookKeys) {
  const check = createSignatureCheck(keys);
  return (webhook: IncomingWebhook): TrustedWebhook => {
    const params = readForm(webhook.body);
    check({
      originalUrl: webhook.originalUrl,
      signature: webhook.header(keys.profile.signatureHeader),
      settings: webhook.header('X-Twilio-Webhooks-Signature-Settings'),
      params,
    });
    assertAccount(keys.accountSid, params.AccountSid);
    return {
      provider,
      sender: { to: params.To === undefined ? null : [params.To].flat().join(), lines: null },
      answer: () => parseAnswer(params),
      digits: () => parseDigits(params),
      status: () => parseStatus(params),
      machine: () => parseMachine(params),
      text: () => parseText(params),
    };
  };
}

/** Twilio and SignalWire name the account in each webhook. */
function assertAccount(ours: string | undefined, given: string | string[] | undefined): void {
  if (ours === undefined || given === undefined) return;
  if ([given].flat().every((name) => name.toLowerCase() === ours.toLowerCase())) return;
  throw new ServiceError(
    'webhook.wrongSignature',
    'The webhook is about a call or text of another account. Only those of the configured account are answered here.',
  );
}

/** Form fields by name; a name that comes more than once keeps all its values, which the signature covers. */
function readForm(body: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    const known = form[name];
    form[name] = known === undefined ? value : [known, value].flat();
  }
  return form;
}
