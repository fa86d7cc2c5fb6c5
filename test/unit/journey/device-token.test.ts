// The token that a device keeps: of one phone, for as long as it is the same user name.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createDeviceTokens, DEVICE_TOKEN } from '../../../src/journey/sign-in/device-token.ts';
import { parseKeyRing } from '../../../src/platform/secrets/key-ring.ts';

const entry = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [older, newer] = [entry('k1'), entry('k2')];
const ring = (...entries: string[]) => parseKeyRing(entries.join(','));
const PHONE = {
  tenantId: 'contoso',
  phoneMethodId: '0198c0de-0000-7000-8000-000000000000',
  signInEnabledAt: new Date('2026-11-21T09:00:00.000Z'),
};

test('proves its phone, says nothing of it, and is another one each time', () => {
  const tokens = createDeviceTokens(ring(older));
  const all = Array.from({ length: 100 }, () => tokens.issue(PHONE));
  expect(new Set(all).size).toBe(100);
  for (const token of all) {
    expect(token).toMatch(DEVICE_TOKEN);
    expect(tokens.proves(token, PHONE)).toBe(true);
    expect(token).not.toContain(PHONE.phoneMethodId);
  }
});

test('proves nothing for another phone, tenant or time, or for nobody', () => {
  const tokens = createDeviceTokens(ring(older));
  const token = tokens.issue(PHONE);
  for (const other of [
    { ...PHONE, tenantId: 'fabrikam' },
    { ...PHONE, phoneMethodId: '0198c0de-0000-7000-8000-000000000001' },
    { ...PHONE, signInEnabledAt: new Date(PHONE.signInEnabledAt.getTime() + 1) },
    null,
  ])
    expect(tokens.proves(token, other)).toBe(false);
});

test('is none after any change to it, and no text but a token is one', () => {
  const tokens = createDeviceTokens(ring(older));
  const token = tokens.issue(PHONE);
  for (let at = 0; at < token.length; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`;
    expect(tokens.proves(changed, PHONE), String(at)).toBe(false);
  }
  for (const text of ['', '.', '..', 'k1..', `${token}0`, token.slice(0, -1), 'k1.é.é', 'constructor.x.y'])
    expect(tokens.proves(text, PHONE), text).toBe(false);
});

test('holds while its key is kept, and no longer', () => {
  const token = createDeviceTokens(ring(older)).issue(PHONE);
  expect(createDeviceTokens(ring(newer, older)).proves(token, PHONE)).toBe(true);
  expect(createDeviceTokens(ring(newer)).proves(token, PHONE)).toBe(false);
});
