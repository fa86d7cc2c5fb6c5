// Whose webhooks are believed, with every provider, and how long a provider waits for their answers.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readConnectionOverrides } from '../../src/simulator/connection-overrides.ts';
import { DIALECTS } from '../../src/simulator/dialect.ts';
import { openProvider, PROVIDERS, type ProviderWorld } from './provider-world.ts';

const CALL_ID = 'b3877c40-da60-4998-90ad-b792e98472ca';
const FIELDS: [string, string][] = [
  ['CallSid', CALL_ID],
  ['Digits', '#'],
  ['Odd', 'b'],
  ['Odd', 'a'],
  ['Odd', 'b'],
];

/** The signature of these fields as the provider makes it. */
function sign(
  { name, signingKey, publicUrl }: ProviderWorld,
  url = `${publicUrl}/a1/digits`,
  key = signingKey,
) {
  const params = { CallSid: CALL_ID, Digits: '#', Odd: ['b', 'a', 'b'] };
  return { [DIALECTS[name].signatureHeader]: DIALECTS[name].sign(key, url, params) };
}

describe.each(PROVIDERS)('a webhook of %s', (name) => {
  test('is believed when it is signed, also with fields that come more than once', async () => {
    const world = await openProvider(name);
    expect(await world.send('/a1/digits', FIELDS, sign(world))).toBe(200);
    expect(world.said('digits')).toMatchObject([{ callId: CALL_ID, digits: '#' }]);
  });

  test('is believed when the address was signed without its port', async () => {
    const world = await openProvider(name);
    const url = `${world.publicUrl.replace(/:\d+$/, '')}/a1/digits`;
    expect(await world.send('/a1/digits', FIELDS, sign(world, url))).toBe(200);
  });

  test.each<[what: string, headers: (world: ProviderWorld) => Record<string, string>, code: string]>([
    ['is not signed', () => ({}), 'webhook.unsigned'],
    ['is signed with another key', (world) => sign(world, undefined, 'other-key'), 'webhook.wrongSignature'],
    [
      'is signed for another address',
      (world) => sign(world, `${world.publicUrl}/a2/digits`),
      'webhook.wrongSignature',
    ],
    [
      'is signed for another port',
      (world) => sign(world, 'http://127.0.0.1:1/a1/digits'),
      'webhook.wrongSignature',
    ],
  ])('is refused when it %s', async (_what, headers, code) => {
    const world = await openProvider(name);
    expect(await world.send('/a1/digits', FIELDS, headers(world))).toBe(403);
    expect(world.heard).toEqual([{ kind: 'refused', code }]);
  });

  test('is refused when a value was changed', async () => {
    const world = await openProvider(name);
    const changed: [string, string][] = [['CallSid', CALL_ID], ['Digits', '1'], ...FIELDS.slice(2)];
    expect(await world.send('/a1/digits', changed, sign(world))).toBe(403);
  });

  test('waits 4.9 s for its answer', () => {
    const address = { url: 'https://pound.example/a1/answer' };
    const limits = readConnectionOverrides({ address, isStatus: false }, DIALECTS[name].connection);
    expect(limits.readMs).toBeGreaterThan(4_900);
    expect(limits.totalMs).toBeGreaterThan(4_900);
  });

  test('about the state of a call comes again when its answer was an error', async () => {
    const world = await openProvider(name);
    world.failing = 'status';
    await world.run('busy');
    const tries = world.said('status').length;
    expect(tries).toBe(name === 'twilio' ? 4 : 3);
  });
});

test('of Twilio may also be signed with a shared key', async () => {
  const { createSignatureCheck } = await import('../../src/providers/twilio/signature.ts');
  const { TWILIO } = await import('../../src/providers/twilio/profiles.ts');
  const url = 'https://pound.example/a1/digits';
  const signature = createHmac('sha256', 'shared-key')
    .update(`${url}CallSid${CALL_ID}Digits#`)
    .digest('base64');
  const check = createSignatureCheck({
    publicUrl: 'https://pound.example',
    authTokens: ['token-of-twilio'],
    sharedKeys: ['shared-key', 'next-key'],
    profile: TWILIO,
  });
  const signed = {
    originalUrl: '/a1/digits',
    signature,
    settings: 'key=SK1,algorithm=HMAC_SHA256',
    params: { CallSid: CALL_ID, Digits: '#' },
  };
  expect(() => check(signed)).not.toThrow();
  expect(() => check({ ...signed, settings: undefined })).toThrow(/signature/);
  expect(() => check({ ...signed, settings: 'key=SK1,algorithm=NONE' })).toThrow(/signature/);
  expect(() => check({ ...signed, params: { CallSid: CALL_ID, Digits: '1' } })).toThrow(/signature/);
});
