import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { readOutcomeWebhook, WebhookVerificationError } from '../../../src/client/outcome-webhook.ts';

const SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
// Bytes that are no text in UTF-8 would be lost if the signature were made over text.
const BODY = '{"type":"verification.finished","data":{"userId":"å–1","outcome":"approved"}}';

/** A message signed by another implementation of Standard Webhooks. */
function signed(changes: Record<string, string | undefined> = {}, at = new Date()) {
  return {
    'webhook-id': 'm-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(SECRET).sign('m-1', at, BODY),
    ...changes,
  };
}
const expected = { type: 'verification.finished', data: { userId: 'å–1', outcome: 'approved' } };

describe('an outcome webhook', () => {
  it.each([
    ['headers of Node.js', signed(), BODY],
    ['headers of fetch, bytes', new Headers(signed()), new TextEncoder().encode(BODY)],
    ['names in other letters', { 'Webhook-Id': 'm-1', ...others(), Cookie: ['a', 'b'] }, Buffer.from(BODY)],
    ['a second signature', signed({ 'webhook-signature': `v1,AAAA v2,x ${signature()}` }), BODY],
  ])('is read: %s', (_what, headers, body) => {
    expect(readOutcomeWebhook(SECRET, { headers, body })).toEqual(expected);
    expect(readOutcomeWebhook(SECRET.replace('whsec_', ''), { headers, body })).toEqual(expected);
  });

  it.each([
    ['without headers', {}, BODY, 'webhook-id is missing'],
    ['without a signature', signed({ 'webhook-signature': undefined }), BODY, 'webhook-signature is missing'],
    ['with an empty signature', signed({ 'webhook-signature': ' ' }), BODY, 'No matching signature'],
    ['of another version', signed({ 'webhook-signature': `v2${signature().slice(2)}` }), BODY, 'No matching'],
    ['with another id', signed({ 'webhook-id': 'm-2' }), BODY, 'No matching signature'],
    ['with another body', signed(), `${BODY} `, 'No matching signature'],
    ['six minutes old', signed({}, new Date(Date.now() - 360_000)), BODY, 'five minutes old'],
    ['of the future', signed({}, new Date(Date.now() + 360_000)), BODY, 'five minutes old'],
    ['with no time', signed({ 'webhook-timestamp': '1e9' }), BODY, 'five minutes old'],
  ])('is refused: %s', (_what, headers, body, reason) => {
    const read = () => readOutcomeWebhook(SECRET, { headers, body });
    expect(read).toThrow(WebhookVerificationError);
    expect(read).toThrow(reason);
  });

  it.each(['', 'whsec_', undefined])('without a secret (%s) says so, and never accepts it', (secret) => {
    const read = () => readOutcomeWebhook(secret as string, { headers: signed(), body: BODY });
    expect(read).toThrow('The secret must be the one that Poundkey showed');
  });
});

function signature(): string {
  return signed()['webhook-signature'] ?? '';
}

function others() {
  const { 'webhook-id': _, ...rest } = signed();
  return rest;
}
