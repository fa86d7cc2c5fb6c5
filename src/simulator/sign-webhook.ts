/** The webhook signatures of Twilio (Security: validating signatures) and SignalWire (Compatibility API). */
import { createHmac } from 'node:crypto';

/** Form fields; a field that comes more than once has its values in a list. */
export type WebhookParams = Readonly<Record<string, string | readonly string[]>>;

/**
 * The value of `X-Twilio-Signature`: base64 of HMAC-SHA1, under the auth token, of the address followed by every
 * form field (name and value, sorted by name). The address is signed without credentials and fragment, over
 * https without its port, and with its query; for GET there are no form fields.
 */
export function signWebhook(authToken: string, url: string, params: WebhookParams): string {
  const fields = fieldsOf(params, (values) => [...new Set(values)].sort());
  return hmac(authToken, signedAddress(url) + fields);
}

/** The value of `X-SignalWire-Signature`: as Twilio's, but under the signing key, with the port, and with repeated fields as they come. */
export function signSignalWire(signingKey: string, url: string, params: WebhookParams): string {
  return hmac(signingKey, url.replace(/#.*$/, '') + fieldsOf(params, (values) => values));
}

function fieldsOf(params: WebhookParams, order: (values: readonly string[]) => readonly string[]): string {
  return Object.keys(params)
    .sort()
    .flatMap((name) => order([params[name] ?? ''].flat()).map((value) => name + value))
    .join('');
}

function hmac(key: string, text: string): string {
  return createHmac('sha1', key).update(text, 'utf8').digest('base64');
}

function signedAddress(url: string): string {
  return url
    .replace(/#.*$/, '')
    .replace(/^(https?:\/\/)[^/?@]*@/, '$1')
    .replace(/^(https:\/\/[^/?]*):\d+/, '$1');
}
