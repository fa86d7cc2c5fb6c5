// Settings that would only fail later, where nobody looks: refused at the start by name, or put into one spelling.
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { TWILIO as PROFILE } from '../../src/providers/twilio/profiles.ts';
import { createSignatureCheck } from '../../src/providers/twilio/signature.ts';
import { signWebhook } from '../../src/simulator/sign-webhook.ts';

const TWILIO = {
  PHONE_NETWORK: 'twilio',
  PUBLIC_URL: 'https://mfa.example',
  TWILIO_ACCOUNT_SID: `AC${'1f'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'token-of-the-account',
  CALLER_LINE: '+46812345678',
};
const PRODUCTION = {
  ...TWILIO,
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://poundkey:db-password@db.example/poundkey',
  HASH_KEYS: newKeyRingText(),
  SEAL_KEYS: newKeyRingText(),
  SIGNING_KEYS: newSigningRingText(),
};

describe('PUBLIC_URL', () => {
  test.each([
    ['https://mfa.example/tel?x=1', 'must not have a query or a fragment'],
    ['https://mfa.example/?', 'must not have a query or a fragment'],
    ['https://mfa.example/tel#top', 'must not have a query or a fragment'],
    ['https://mfa.example#', 'must not have a query or a fragment'],
    ['https://anna:secret@mfa.example', 'must not have a user or a password'],
    ['https://anna@mfa.example', 'must not have a user or a password'],
    ['https://:@mfa.example', 'must not have a user or a password'],
    [' https://mfa.example', 'must not have spaces'],
    ['https://mfa.example ', 'must not have spaces'],
    ['https://mfa.example/a path', 'must not have spaces'],
    ['https://mfa.example\u200b', 'must not have spaces'],
    ['https://mfa.example\n', 'must not have spaces'],
    ['https:\\\\mfa.example', 'must not have spaces'],
    ['https:mfa.example', 'must be an address'],
    ['https:///mfa.example', 'must be an address'],
    ['//mfa.example', 'must be an address'],
    ['mfa.example', 'must be an address'],
    ['wss://mfa.example', 'must be an address'],
    ['https://', 'must be an address'],
    ['https://mfa.example:99999', 'must be an address'],
    ['https://*.mfa.example', 'must have the name or address of one host'],
    ['https://mfa.example,mfa2.example', 'must have the name or address of one host'],
    ['https://mfa..example', 'must have the name or address of one host'],
    ['https://mfa.example..', 'must have the name or address of one host'],
    ['https://mfa.example//tel', 'must not have empty parts in its path'],
  ])('%j is refused by name, and not repeated', (value, problem) => {
    const reading = () => readConfig({ ...PRODUCTION, PUBLIC_URL: value });
    expect(reading).toThrow(`- PUBLIC_URL ${problem}`);
    expect(reading).not.toThrow('secret');
  });

  test.each([['HTTP://mfa.example'], ['hTTp://mfa.example:8080/tel'], ['http://mfa.example./']])(
    '%s does not get round the rule that production needs https',
    (value) => {
      expect(() => readConfig({ ...PRODUCTION, PUBLIC_URL: value })).toThrow(
        'PUBLIC_URL must start with https:// in production',
      );
    },
  );

  const SPELLINGS = [
    ['HTTPS://Mfa.Example', 'https://mfa.example'],
    ['https://mfa.example.', 'https://mfa.example'],
    ['https://mfa.example.:8443/tel', 'https://mfa.example:8443/tel'],
    ['https://mfa.example:443/', 'https://mfa.example'],
    ['https://mfa.example/tel///', 'https://mfa.example/tel'],
    ['https://mfa.example/a/../tel/.', 'https://mfa.example/tel'],
    ['https://müller.example/ä', 'https://xn--mller-kva.example/%C3%A4'],
    ['https://[2001:DB8::1]/Tel', 'https://[2001:db8::1]/Tel'],
  ] as const;

  test.each(SPELLINGS)('%s is spelled %s', (value, spelled) => {
    expect(readConfig({ ...PRODUCTION, PUBLIC_URL: value }).http.publicUrl).toBe(spelled);
  });

  // The simulator signs no address of IPv6.
  test.each(SPELLINGS.slice(0, -1))(
    '%s: what the provider was told, and signs, is what is checked',
    (value, told) => {
      const { publicUrl } = readConfig({ ...PRODUCTION, PUBLIC_URL: value }).http;
      const token = TWILIO.TWILIO_AUTH_TOKEN;
      const check = createSignatureCheck({
        publicUrl: publicUrl ?? '',
        authTokens: [token],
        profile: PROFILE,
      });
      const originalUrl = '/webhooks/calls/6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c/answer?locale=sv-SE';
      const params = { CallSid: 'CA1' };
      check({ originalUrl, params, signature: signWebhook(token, `${told}${originalUrl}`, params) });
      const elsewhere = signWebhook(token, `https://other.example${originalUrl}`, params);
      expect(() => check({ originalUrl, params, signature: elsewhere })).toThrow('signature does not match');
    },
  );
});

describe('the address of a provider', () => {
  const SIGNALWIRE = {
    SIGNALWIRE_PROJECT_ID: 'b3877c40-da60-4998-90ad-b792e98472af',
    SIGNALWIRE_API_TOKEN: 'token-of-the-project',
    SIGNALWIRE_SIGNING_KEY: 'key-of-the-project',
  };
  test.each([
    [{ TWILIO_API_BASE_URL: 'http://api.example' }, 'TWILIO_API_BASE_URL must start with https://'],
    [{ TWILIO_API_BASE_URL: 'HTTP://API.example' }, 'TWILIO_API_BASE_URL must start with https://'],
    [{ TWILIO_API_BASE_URL: 'http://127.0.0.1.example' }, 'TWILIO_API_BASE_URL must start with https://'],
    [{ TWILIO_API_BASE_URL: 'http://10.0.0.1' }, 'TWILIO_API_BASE_URL must start with https://'],
    [{ TWILIO_API_BASE_URL: 'https://api.example?x' }, 'TWILIO_API_BASE_URL must not have a query'],
    [
      { ...SIGNALWIRE, SIGNALWIRE_SPACE_URL: 'HTTP://x.example' },
      'SIGNALWIRE_SPACE_URL must start with https://',
    ],
  ])('is refused in production: %j', (change, problem) => {
    expect(() => readConfig({ ...PRODUCTION, ...change })).toThrow(problem);
  });

  test('may be http outside of production, and on this machine', () => {
    const address = { TWILIO_API_BASE_URL: 'http://api.example' };
    expect(readConfig({ ...TWILIO, ...address }).providers[0]).toMatchObject({
      apiBaseUrl: 'http://api.example',
    });
    readConfig({ ...PRODUCTION, TWILIO_API_BASE_URL: 'http://localhost:8085' });
  });
});

describe('a key that is not random', () => {
  const ring = (bytes: Iterable<number>) => `k1:${Buffer.from([...bytes]).toString('base64')}`;
  const WEAK: [what: string, ring: string][] = [
    ['zeros', ring(new Uint8Array(32))],
    ['one byte', ring(new Uint8Array(32).fill(0xab))],
    ['two bytes in turn', ring(Array.from({ length: 32 }, (_, index) => [0xde, 0xad][index % 2] ?? 0))],
    ['half a key twice', ring(Array.from({ length: 32 }, (_, index) => ((index % 16) * 37 + 11) % 256))],
    ['zeros but for the last', ring([...new Uint8Array(31), 1])],
    ['counting', ring(Array.from({ length: 32 }, (_, index) => index))],
    ['counting down by threes', ring(Array.from({ length: 32 }, (_, index) => (256 + 40 - 3 * index) % 256))],
  ];

  test.each(WEAK)('is refused in production by name: %s', (_what, weak) => {
    for (const name of ['HASH_KEYS', 'SEAL_KEYS'])
      expect(() => readConfig({ ...PRODUCTION, [name]: weak })).toThrow(
        `- ${name} begins with a key that is not random`,
      );
  });

  test('may stay behind another until it is replaced, and is taken outside of production', () => {
    const [, weak = ''] = WEAK[0] ?? [];
    readConfig({ ...PRODUCTION, HASH_KEYS: `${newKeyRingText().replace('k1', 'k2')},${weak}` });
    readConfig({ HASH_KEYS: weak, SEAL_KEYS: weak });
  });

  test('is none that was drawn', () => {
    for (let count = 0; count < 500; count += 1) readConfig({ ...PRODUCTION, HASH_KEYS: newKeyRingText() });
    const hexadecimal = Buffer.from('9f86d081884c7d659a2feaa0c55ad015').toString('base64');
    readConfig({ ...PRODUCTION, SEAL_KEYS: `k1:${hexadecimal}` });
  });
});
