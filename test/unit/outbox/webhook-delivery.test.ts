// When attempts follow each other, what is signed, and how secrets are kept.
import { expect, test } from 'vitest';
import { secretContext } from '../../../src/domain/secret-context.ts';
import { nextAttempt } from '../../../src/outbox/backoff.ts';
import { createSignMessage } from '../../../src/outbox/sign-message.ts';
import { newWebhookSecret, WebhookSecret } from '../../../src/outbox/webhook-secret.ts';
import type { ClaimedMessage } from '../../../src/outbox/written-message.ts';
import { newKeyRingText, parseKeyRing, seal } from '../../../src/platform/secrets/key-ring.ts';
import { verified } from '../../support/webhook-receiver.ts';

const since = new Date('2026-11-21T09:00:00Z');
const secondsUntilNext = (attempts: number, random: number) =>
  ((nextAttempt({ attempts, since }, since, () => random)?.getTime() ?? 0) - since.getTime()) / 1000;

test.each([
  [1, 5],
  [2, 30],
  [3, 120],
  [4, 600],
  [5, 1_800],
  [6, 3_600],
  [7, 3_600],
  [30, 3_600],
])('after failure %i waits %i s, and up to a quarter more', (attempts, seconds) => {
  expect(secondsUntilNext(attempts, 0)).toBe(seconds);
  expect(secondsUntilNext(attempts, 1)).toBe(seconds * 1.25);
});

test('tries a last time when the day is over, and then no more', () => {
  const end = new Date('2026-11-22T09:00:00Z');
  const shortlyBefore = new Date('2026-11-22T08:59:00Z');
  expect(nextAttempt({ attempts: 20, since }, shortlyBefore)).toEqual(end);
  expect(nextAttempt({ attempts: 21, since }, end)).toBeNull();
});

const ring = parseKeyRing(newKeyRingText());
const sign = createSignMessage(ring);
const [secret, previous] = [newWebhookSecret(), newWebhookSecret()];
const sealed = (text: string) => seal(ring, text, secretContext('contoso'));
const message: ClaimedMessage = {
  id: '0b3f0d34-7b4c-4a39-9f0b-2b8d6b8f4a11',
  tenantId: 'contoso',
  verificationId: null,
  type: 'verification.finished',
  payload: { outcome: 'approved' },
  createdAt: since,
  resentAt: null,
  attempts: 1,
  leaseUntil: new Date('2026-11-21T09:00:30Z'),
  url: 'https://mfa.example.com/poundkey',
  sealedSecret: sealed(secret),
  previousSealedSecret: sealed(previous),
  previousUntil: new Date('2026-11-21T10:00:00Z'),
};

test('while a secret is being replaced both verify; afterwards only the new one does', () => {
  const during = { path: '', ...sign(message, since) };
  expect(verified(secret, during, since)).toMatchObject({ data: { outcome: 'approved' } });
  expect(verified(previous, during, since)).toMatchObject({ data: { outcome: 'approved' } });
  const later = new Date('2026-11-21T10:00:00Z');
  const after = { path: '', ...sign(message, later) };
  expect(verified(secret, after, later)).toMatchObject({ data: { outcome: 'approved' } });
  expect(() => verified(previous, after, later)).toThrow('No matching signature');
});

test('a secret sealed for one tenant signs nothing for another, also once it is known', () => {
  sign(message, since);
  expect(() => sign({ ...message, tenantId: 'fabrikam' }, since)).toThrow('belongs to something else');
});

test('secrets made here are accepted, and no two are alike', () => {
  expect(WebhookSecret.parse(secret)).toBe(secret);
  expect(secret).not.toBe(previous);
});
