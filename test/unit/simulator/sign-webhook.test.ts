import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { expect, it } from 'vitest';
import { signWebhook } from '../../../src/simulator/sign-webhook.ts';

const params = { To: '+46812345678', Digits: '#', CallSid: 'CA1', empty: '' };

// Section 4: credentials and fragment are never signed, a port only over http, the query as it is written.
it.each([
  ['http://127.0.0.1:8080/a?b=c%20d&e', 'http://127.0.0.1:8080/a?b=c%20d&e'],
  ['http://127.0.0.1:8080/a?b=c#rc=2&rp=all', 'http://127.0.0.1:8080/a?b=c'],
  ['http://user:pass@127.0.0.1:8080/a', 'http://127.0.0.1:8080/a'],
  ['https://voice.example:8443/a', 'https://voice.example/a'],
  ['https://user@voice.example:8443/a?at=x:1@y#e=dublin', 'https://voice.example/a?at=x:1@y'],
])('signs %s as %s', (url, signed) => {
  expect(signWebhook('token', url, params)).toBe(getExpectedTwilioSignature('token', signed, params));
});

it('gives other signatures for another token, address or field', () => {
  const url = 'http://127.0.0.1/a';
  const all = [
    signWebhook('token', url, params),
    signWebhook('other', url, params),
    signWebhook('token', `${url}/`, params),
    signWebhook('token', url, { ...params, Digits: '1' }),
  ];
  expect(new Set(all).size).toBe(4);
});
