import { expect, it } from 'vitest';
import { type ExpiringCertificate, expiryProblem } from '../../../../src/ops/keys/entra-certificates.ts';

const NOW = new Date('2026-11-27T09:00:00Z');
const ending = (use: ExpiringCertificate['use'], days: number): ExpiringCertificate => ({
  ...{ use, expiresAt: new Date(NOW.getTime() + days * 86_400_000) },
  connectionId: use === 'messages' ? 'c-1' : null,
});

it('says nothing of certificates that have thirty days left, or of none', () => {
  expect(expiryProblem([], NOW)).toBeNull();
  expect(expiryProblem([ending('answers', 30), ending('messages', 365)], NOW)).toBeNull();
});

it.each([
  [ending('messages', 29.5), /connection c-1 .* expires in 29 days: run entra-epp add-key/],
  [ending('messages', 1.2), /expires in 1 day:/],
  [ending('messages', -0.1), /has expired:/],
  [ending('answers', 13), /answers to Entra expires in 13 days, .* run entra-eam rotate-keys/],
])('says of %j what to do', (certificate, said) => {
  expect(expiryProblem([certificate, ending('messages', 300)], NOW)).toMatch(said);
});
