import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../src/errors.ts';
import { createProviders } from '../../../src/providers/create-providers.ts';
import type {
  PlaceCallRequest,
  Provider,
  ProviderAccess,
  TrustedWebhook,
} from '../../../src/providers/port.ts';
import type { SendTextRequest } from '../../../src/providers/text-port.ts';

const FIRST = '+46812345678';
const SECOND = '+46812345679';
const SWEDEN = '+46812345670';
const since = new Date(0);

/** A provider that says who it is, and believes webhooks whose signature is its name. */
function provider(name: string, access: ProviderAccess = { access: 'granted' }): Provider {
  const snapshot = { callId: name, status: 'completed', createdAt: since, answeredBy: null } as const;
  return {
    name,
    placeCall: async () => ({ kind: 'accepted', callId: name, status: 'queued' }),
    fetchCall: async () => snapshot,
    findCalls: async () => [snapshot],
    endCall: async () => undefined,
    sendText: async () => ({ kind: 'accepted', textId: name }),
    findTexts: async () => [{ textId: name, status: 'sent', createdAt: since, errorCode: null }],
    checkAccess: async () => access,
    isAddressedBy: ({ header }) => header(`x-${name}`) !== undefined,
    readWebhook({ header }) {
      const signature = header(`x-${name}`);
      if (signature === undefined) throw new ServiceError('webhook.unsigned', name);
      if (signature !== name) throw new ServiceError('webhook.wrongSignature', name);
      return { provider: name } as TrustedWebhook;
    },
    renderStep: ({ step }) => ({ contentType: 'text/xml', body: `${name} ${step}` }),
  };
}

const lines = {
  default: [
    { number: FIRST, provider: 'one' },
    { number: SECOND, provider: 'two' },
  ],
  byCountry: { SE: [{ number: SWEDEN, provider: 'two' }] },
  senders: { NO: { number: 'Contoso', provider: 'two' } },
} as const;
const providers = createProviders([provider('one'), provider('two')], lines);
const webhook = (headers: Record<string, string>) => ({
  originalUrl: '/x',
  header: (name: string) => headers[name],
  body: '',
});

describe('lines', () => {
  test('are who texts come from, where no sender is named', async () => {
    expect(['SE', 'NO', 'DK'].map((country) => providers.senderFor(country).number)).toEqual([
      ...[SWEDEN, 'Contoso', FIRST],
    ]);
    const text = { from: 'Contoso' } as SendTextRequest;
    expect(await providers.sendText(text)).toEqual({ kind: 'accepted', textId: 'two' });
    const { sender } = providers.readWebhook(webhook({ 'x-two': 'two' }));
    expect(sender.lines).toEqual([SECOND, SWEDEN, 'Contoso']);
  });

  test('of a country come in order of preference, its own ones or those of all others', () => {
    expect(providers.linesFor('SE')).toEqual([{ number: SWEDEN, provider: 'two' }]);
    expect(providers.linesFor('NO').map(({ number }) => number)).toEqual([FIRST, SECOND]);
    expect(providers.linesFor('constructor').map(({ number }) => number)).toEqual([FIRST, SECOND]);
  });

  test.each([
    [FIRST, 'one'],
    [SECOND, 'two'],
    [SWEDEN, 'two'],
  ])('lead to their provider: %s to %s', async (lineNumber, name) => {
    const call = { callId: 'CA1', lineNumber };
    expect(await providers.placeCall({ from: lineNumber } as PlaceCallRequest)).toMatchObject({
      callId: name,
    });
    expect(await providers.fetchCall(call)).toMatchObject({ callId: name });
    expect(await providers.findCalls({ to: SECOND, from: lineNumber, since })).toMatchObject([
      { callId: name },
    ]);
    await expect(providers.endCall(call)).resolves.toBeUndefined();
    const text = { from: lineNumber } as SendTextRequest;
    expect(await providers.sendText(text)).toEqual({ kind: 'accepted', textId: name });
    expect(await providers.findTexts({ to: SECOND, from: lineNumber, since })).toMatchObject([
      { textId: name },
    ]);
  });

  test('that are not configured lead nowhere, so that nobody concludes that there was no call', async () => {
    const call = { callId: 'CA1', lineNumber: '+15550100' };
    const unknown = { name: 'ProviderError', errorCode: 'unknownLine' };
    await expect(providers.fetchCall(call)).rejects.toMatchObject(unknown);
    await expect(providers.endCall(call)).rejects.toMatchObject(unknown);
    await expect(providers.findCalls({ to: FIRST, from: call.lineNumber, since })).rejects.toMatchObject(
      unknown,
    );
    const refused = { kind: 'refused', outcome: 'providerError', errorCode: 'unknownLine', alarm: true };
    expect(await providers.placeCall({ from: call.lineNumber } as PlaceCallRequest)).toEqual(refused);
    expect(await providers.sendText({ from: call.lineNumber } as SendTextRequest)).toEqual(refused);
    await expect(providers.findTexts({ to: FIRST, from: call.lineNumber, since })).rejects.toMatchObject(
      unknown,
    );
  });

  test('that are not configured any more lead to the only provider there is', async () => {
    const only = createProviders([provider('one')], { default: [lines.default[0]], byCountry: {} });
    expect(await only.fetchCall({ callId: 'CA1', lineNumber: '+15550100' })).toMatchObject({ callId: 'one' });
  });

  test('of a provider that is not there are a mistake at the start', () => {
    expect(() => createProviders([provider('one')], lines)).toThrow('There is no provider two');
  });
});

describe('a webhook', () => {
  test('is read by whoever signed it, and answered in that provider’s documents', () => {
    expect(providers.readWebhook(webhook({ 'x-two': 'two' }))).toEqual({
      provider: 'two',
      sender: { lines: [SECOND, SWEDEN, 'Contoso'] },
    });
    expect(providers.readWebhook(webhook({ 'x-one': 'wrong', 'x-two': 'two' }))).toMatchObject({
      provider: 'two',
    });
    const step = { step: 'apology', locale: 'en-US', tenantId: null } as const;
    expect(providers.renderStep('two', step).body).toBe('two apology');
  });

  test.each<[headers: Record<string, string>, code: string]>([
    [{}, 'webhook.unsigned'],
    [{ 'x-two': 'one' }, 'webhook.wrongSignature'],
    [{ 'x-one': 'two', 'x-two': 'one' }, 'webhook.wrongSignature'],
  ])('that nobody signed is refused: %j', (headers, code) => {
    expect(() => providers.readWebhook(webhook(headers))).toThrow(expect.objectContaining({ code }));
  });
});

test.each<[one: ProviderAccess['access'], two: ProviderAccess['access'], usable: boolean, worst: string]>([
  ['granted', 'granted', true, 'granted'],
  ['granted', 'refused', true, 'refused'],
  ['unreachable', 'granted', true, 'unreachable'],
  ['unreachable', 'refused', false, 'refused'],
])('with access %s and %s', async (one, two, usable, worst) => {
  const access = (kind: ProviderAccess['access']): ProviderAccess =>
    kind === 'granted' ? { access: kind } : { access: kind, errorCode: '1', reason: 'no' };
  const both = createProviders([provider('one', access(one)), provider('two', access(two))], lines);
  expect(await both.checkAccess()).toMatchObject({ usable, worst: { access: worst } });
});
