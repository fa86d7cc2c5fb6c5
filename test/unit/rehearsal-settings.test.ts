// What may call itself a rehearsal, and what of one production refuses.
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';

const REHEARSAL = {
  NODE_ENV: 'production',
  REHEARSAL: 'true',
  DATABASE_URL: 'postgres://poundkey@127.0.0.1:5432/poundkey',
  HASH_KEYS: newKeyRingText(),
  SEAL_KEYS: newKeyRingText(),
  SIGNING_KEYS: newSigningRingText(),
  PHONE_NETWORK: 'twilio',
  PUBLIC_URL: 'https://localhost:8443/poundkey',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token-of-the-rehearsal',
  TWILIO_API_BASE_URL: 'http://127.0.0.1:8085',
  CALLER_LINE: '+12025550100',
};
const SIGNALWIRE = {
  SIGNALWIRE_SPACE_URL: 'example.signalwire.com',
  SIGNALWIRE_PROJECT_ID: '7a9f1c34-5b2e-4c1d-8f60-3e2d1c0b9a87',
  SIGNALWIRE_API_TOKEN: 'token-of-the-space',
  SIGNALWIRE_SIGNING_KEY: 'signing-key-of-the-space',
};

function messageFor(changes: Record<string, string>): string {
  try {
    readConfig({ ...REHEARSAL, ...changes });
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

describe('a rehearsal', () => {
  test('has the settings of production, with its provider on this machine', () => {
    expect(readConfig(REHEARSAL)).toMatchObject({ production: true, rehearsal: true });
    for (const address of ['http://localhost:1', 'http://[::1]:1', 'https://127.0.0.9:1'])
      expect(messageFor({ TWILIO_API_BASE_URL: address })).toBe('');
  });

  test('is refused with a real account, whatever it is called', () => {
    const real = `AC${'1f'.repeat(16)}`;
    expect(messageFor({ TWILIO_ACCOUNT_SID: real })).toMatch(/TWILIO_ACCOUNT_SID must be AC and 32 zeros/);
    expect(messageFor({ TWILIO_ACCOUNT_SID: real })).not.toContain(real);
    expect(messageFor(SIGNALWIRE)).toMatch(/SIGNALWIRE_PROJECT_ID must be empty/);
    expect(messageFor({ PHONE_NETWORK: 'signalwire', ...SIGNALWIRE })).toMatch(
      /PHONE_NETWORK must be twilio/,
    );
  });

  test.each([
    '',
    'https://api.twilio.com',
    'http://192.0.2.7:8085',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1@example.com',
  ])('is refused with a provider at "%s"', (address) => {
    expect(messageFor({ TWILIO_API_BASE_URL: address })).toMatch(
      /TWILIO_API_BASE_URL must (be an address of this|not have a user)/,
    );
  });

  test('leaves no account that production would take for a real one', () => {
    expect(messageFor({ REHEARSAL: '' })).toMatch(/TWILIO_ACCOUNT_SID is the account of a rehearsal/);
    expect(messageFor({ REHEARSAL: 'yes' })).toMatch(/REHEARSAL must be one of true, false/);
  });
});
