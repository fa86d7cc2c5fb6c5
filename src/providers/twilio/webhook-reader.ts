import type { IncomingWebhook, TrustedWebhook } from '../port.ts';
import type { Profile } from './profiles.ts';
import { createSignatureCheck } from './signature.ts';
import { parseAnswer, parseDigits, parseMachine, parseStatus } from './webhooks.ts';

/** What webhooks are checked against; see `createSignatureCheck`. */
export interface WebhookKeys {
  publicUrl: string;
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
    return {
      provider,
      answer: () => parseAnswer(params),
      digits: () => parseDigits(params),
      status: () => parseStatus(params),
      machine: () => parseMachine(params),
    };
  };
}

/** Form fields by name; a name that comes more than once keeps all its values, which the signature covers. */
function readForm(body: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = Object.create(null);
  const fields = new URLSearchParams(body);
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    form[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return form;
}
