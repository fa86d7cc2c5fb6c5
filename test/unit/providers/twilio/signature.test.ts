// Twilio, webhook security. The signatures are made by Twilio's own function, from what Twilio documents to sign.
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, test } from 'vitest';
import { TWILIO } from '../../../../src/providers/twilio/profiles.ts';
import { createSignatureCheck, type SignedRequest } from '../../../../src/providers/twilio/signature.ts';

const TOKEN = 'current-token';
const PARAMS = {
  CallSid: 'CA1',
  From: '+12025550123',
  Digits: '#',
  CallStatus: 'in-progress',
  FinishedOnKey: '',
};

/** The request as it arrives at `originalUrl`, after `signedUrl` was signed. */
function request(
  signedUrl: string,
  originalUrl: string,
  params: SignedRequest['params'] = PARAMS,
  token = TOKEN,
): SignedRequest {
  return { originalUrl, params, signature: getExpectedTwilioSignature(token, signedUrl, params) };
}

function check(publicUrl = 'https://pound.example', authTokens = [TOKEN]) {
  return createSignatureCheck({ publicUrl, authTokens, profile: TWILIO });
}

/** The code of the refusal, or null if the request was let in. Anything but a refusal is thrown on. */
function refusal(signed: SignedRequest, by = check()): unknown {
  try {
    by(signed);
    return null;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ServiceError')
      return (thrown as Error & { code: string }).code;
    throw thrown;
  }
}

describe('a request that Twilio signed is let in', () => {
  test.each([
    ['a plain path', 'https://pound.example/calls/a1/digits', '/calls/a1/digits'],
    ['a query', 'https://pound.example/digits?attempt=a1&step=2', '/digits?attempt=a1&step=2'],
    ['a query in any order', 'https://pound.example/digits?z=1&a=2&z=3', '/digits?z=1&a=2&z=3'],
    ['an empty query', 'https://pound.example/digits?', '/digits?'],
    ['encoded characters', 'https://pound.example/d%C3%A9?q=%2B46%20%26', '/d%C3%A9?q=%2B46%20%26'],
    ['an apostrophe', "https://pound.example/digits?name=O'Hara", "/digits?name=O'Hara"],
    ['a doubled slash', 'https://pound.example//digits', '//digits'],
    ['a trailing slash', 'https://pound.example/digits/', '/digits/'],
  ])('with %s', (_what, signedUrl, originalUrl) => {
    expect(refusal(request(signedUrl, originalUrl))).toBeNull();
  });

  test.each([
    ['https://pound.example', 'https://pound.example/x'],
    ['https://pound.example', 'https://pound.example:443/x'],
    ['https://pound.example:8443', 'https://pound.example/x'],
    ['https://pound.example:8443', 'https://pound.example:8443/x'],
    ['http://pound.example', 'http://pound.example:80/x'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/x'],
    ['http://[::1]:4010', 'http://[::1]:4010/x'],
    ['https://Pound.Example', 'https://Pound.Example/x'],
  ])('at %s, signed for %s', (publicUrl, signedUrl) => {
    expect(refusal(request(signedUrl, '/x'), check(publicUrl))).toBeNull();
  });

  test.each([
    ['https://host.example/pound/key', 'https://host.example/pound/key/digits?a=1'],
    ['https://host.example/pound/', 'https://host.example/pound/digits?a=1'],
    ['https://user:password@host.example/pound', 'https://host.example/pound/digits?a=1'],
    ['https://host.example/pound#rc=2', 'https://host.example/pound/digits?a=1'],
  ])('behind a proxy that strips the prefix of %s', (publicUrl, signedUrl) => {
    expect(refusal(request(signedUrl, '/digits?a=1'), check(publicUrl))).toBeNull();
  });

  test('as a GET, where every parameter is in the address', () => {
    const url = '/digits?CallSid=CA1&Digits=%23&From=%2B12025550123';
    expect(refusal(request(`https://pound.example${url}`, url, {}))).toBeNull();
  });

  test('with a name that comes more than once', () => {
    expect(
      refusal(request('https://pound.example/x', '/x', { Media: ['b', 'a', 'b'], Body: '' })),
    ).toBeNull();
  });

  test('with spaces and letters of other languages left as they are', () => {
    expect(refusal(request('https://pound.example/x', '/x', { FromCity: ' MALMÖ ', ToCity: '' }))).toBeNull();
  });

  test('with parameters from a parser that makes objects without a prototype', () => {
    const params = Object.assign(Object.create(null), PARAMS);
    expect(refusal({ ...request('https://pound.example/x', '/x'), params })).toBeNull();
  });
});

describe('an address that asks for retries in its fragment', () => {
  const status = 'https://pound.example/webhooks/calls/1/status';

  test('is signed without it by Twilio, and with it by servers that sign what they were given', () => {
    for (const signed of [status, status + TWILIO.retryFragment])
      expect(refusal(request(signed, '/webhooks/calls/1/status'))).toBeNull();
  });

  test('is signed with no other fragment', () => {
    expect(refusal(request(`${status}#rc=5`, '/webhooks/calls/1/status'))).toBe('webhook.wrongSignature');
  });
});

describe('during a rotation', () => {
  const both = check('https://pound.example', [TOKEN, 'next-token']);

  test.each([TOKEN, 'next-token'])('lets in what %s signed', (token) => {
    expect(refusal(request('https://pound.example/x', '/x', PARAMS, token), both)).toBeNull();
  });

  test('refuses what an older token signed', () => {
    expect(refusal(request('https://pound.example/x', '/x', PARAMS, 'old-token'), both)).toBe(
      'webhook.wrongSignature',
    );
  });

  test('refuses what the next token signed, once it is taken out', () => {
    expect(refusal(request('https://pound.example/x', '/x', PARAMS, 'next-token'))).toBe(
      'webhook.wrongSignature',
    );
  });
});

describe('a request that nobody signed is refused', () => {
  test.each([undefined, ''])('with the signature %j', (signature) => {
    expect(refusal({ originalUrl: '/x', params: PARAMS, signature })).toBe('webhook.unsigned');
  });
});

describe('a request that was changed is refused', () => {
  const good = request('https://pound.example/digits?attempt=a1', '/digits?attempt=a1');

  test.each<[string, Partial<SignedRequest>]>([
    ['another key', { params: { ...PARAMS, Digits: '1' } }],
    ['a parameter more', { params: { ...PARAMS, Extra: '' } }],
    ['a parameter less', { params: { CallSid: 'CA1' } }],
    ['no parameters', { params: {} }],
    ['another attempt', { originalUrl: '/digits?attempt=a2' }],
    ['another path', { originalUrl: '/answer?attempt=a1' }],
    ['no query', { originalUrl: '/digits' }],
    ['a slash more', { originalUrl: '/digits/?attempt=a1' }],
    ['a shorter signature', { signature: 'AAAA' }],
    ['a longer signature', { signature: `${good.signature}A` }],
    ['two signatures', { signature: `${good.signature}, ${good.signature}` }],
    ['a signature that is none', { signature: '🤷'.repeat(7) }],
    ['a signature without end', { signature: 'A'.repeat(100_000) }],
  ])('with %s', (_what, change) => {
    expect(refusal({ ...good, ...change })).toBe('webhook.wrongSignature');
  });

  test('with a POST signature on what was signed as a GET', () => {
    const get = request('https://pound.example/x?Digits=1', '/x?Digits=1', {});
    expect(refusal({ ...get, originalUrl: '/x', params: { Digits: '1' } })).toBe('webhook.wrongSignature');
  });

  test('on another host', () => {
    expect(refusal(request('https://evil.example/x', '/x'))).toBe('webhook.wrongSignature');
  });

  test('with the prefix left out', () => {
    const stripped = request('https://host.example/digits', '/digits');
    expect(refusal(stripped, check('https://host.example/pound'))).toBe('webhook.wrongSignature');
  });
});

describe('an address that is none is refused and nothing worse', () => {
  test.each([
    '',
    'x',
    '@evil.example/',
    ':99999/x',
    '?',
    '#',
    '*',
    'http://evil.example/x',
    '\\\\x',
    '%',
    '/%',
    '/?%E0%A4%A',
  ])('as %j', (originalUrl) => {
    expect(refusal({ originalUrl, params: PARAMS, signature: 'A'.repeat(28) })).toBe(
      'webhook.wrongSignature',
    );
  });

  test('even if it is signed', () => {
    const url = '@evil.example/x';
    expect(refusal(request(`https://pound.example${url}`, url))).toBe('webhook.wrongSignature');
  });

  test('on a host that no address can have', () => {
    const odd = check('http://999.example');
    expect(refusal({ originalUrl: '/\ud800', params: PARAMS, signature: 'x' }, odd)).toBe(
      'webhook.wrongSignature',
    );
  });
});

describe('a check that could not work is not built', () => {
  test.each(['', 'pound.example', '/calls', 'ftp://pound.example', 'https://', 'http://1.2.3.4.5'])(
    'at %j',
    (publicUrl) => {
      expect(() => check(publicUrl)).toThrow('absolute http or https address');
    },
  );

  test.each([[[]], [['']], [[TOKEN, ' ']]])('with the tokens %j', (authTokens) => {
    expect(() => check('https://pound.example', authTokens)).toThrow('auth token');
  });
});
