import { expect, it } from 'vitest';
import { type EndingCertificate, endingProblem } from '../../../../src/ops/keys/entra-certificates.ts';

const NOW = new Date('2026-11-27T09:00:00Z');
const ending = (use: EndingCertificate['use'], days: number): EndingCertificate => ({
  ...{ use, expiresAt: new Date(NOW.getTime() + days * 86_400_000) },
  connectionId: use === 'messages' ? 'c-1' : null,
});

it('says nothing of certificates that have thirty days left, or of none', () => {
  expect(endingProblem([], NOW)).toBeNull();
  expect(endingProblem([ending('answers', 30), ending('messages', 365)], NOW)).toBeNull();
});

it.each([
  [ending('messages', 29.5), /connection c-1 .* ends in 29 days: run entra-epp add-key/],
  [ending('messages', 1.2), /ends in 1 day:/],
  [ending('messages', -0.1), /has ended:/],
  [ending('answers', 13), /answers to Entra ends in 13 days, .* run entra-eam rotate-keys/],
])('says of %j what to do', (certificate, said) => {
  expect(endingProblem([certificate, ending('messages', 300)], NOW)).toMatch(said);
});
