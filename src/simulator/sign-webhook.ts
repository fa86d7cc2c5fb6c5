/** Twilio's webhook signature (Twilio, Security: validating signatures). */
import { createHmac } from 'node:crypto';

/**
 * The value of `X-Twilio-Signature`: base64 of HMAC-SHA1, under the auth token, of the address followed by every
 * form field (name and value, sorted by name). The address is signed without credentials and fragment, over
 * https without its port, and with its query; for GET there are no form fields.
 */
export function signWebhook(authToken: string, url: string, params: Record<string, string>): string {
  const fields = Object.keys(params)
    .sort()
    .map((name) => name + params[name]);
  return createHmac('sha1', authToken)
    .update(signedAddress(url) + fields.join(''), 'utf8')
    .digest('base64');
}

function signedAddress(url: string): string {
  return url
    .replace(/#.*$/, '')
    .replace(/^(https?:\/\/)[^/?@]*@/, '$1')
    .replace(/^(https:\/\/[^/?]*):\d+/, '$1');
}
