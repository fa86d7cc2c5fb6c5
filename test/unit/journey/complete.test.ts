// A call that the provider takes while its verification is being completed is ended all the same.
import { expect, test, vi } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { createComplete } from '../../../src/journey/finish/complete.ts';
import type { CompletionWrites } from '../../../src/journey/ports.ts';
import type { Decided } from '../../../src/journey/store/rows.ts';
import { createLogger } from '../../../src/log.ts';
import { NO_TRACES } from '../../../src/platform/trace-context.ts';

const log = createLogger({ level: 'silent' });
const CANCELED: Decided = {
  ...{ id: 'v-1', tenantId: 'contoso', purpose: 'register', challenge: 'pound', outcome: 'canceled' },
  ...{ errorCode: null, policyNow: 1, jobId: null, traceParent: null },
  ...{ userId: 'u-1', phoneType: 'office', signIn: null, decoy: null },
  ...{ callId: null, lineNumber: '+12025550100', endedAt: null, withoutAppPassword: false },
} as const;
const NOW = { message: null, lineNumber: '+12025550100', endedAt: null };

function completing(finished: { callId: string | null; endedAt: Date | null }) {
  const endCall = vi.fn(async () => undefined);
  const complete = createComplete({
    finish: async () => ({ ...NOW, ...finished }),
    refuseApproved: async () => null,
    writes: { audit: vi.fn(), messages: vi.fn() } as unknown as CompletionWrites,
    providers: { endCall },
    policyAt: async () => parsePolicy({}, 'Contoso'),
    traces: NO_TRACES,
    passOn: async () => undefined,
    clock: { now: () => new Date('2026-11-21T09:00:00Z') },
    log,
  });
  return { complete, endCall };
}

test('a call that became known since the verification was read is ended once', async () => {
  const { complete, endCall } = completing({ callId: 'CA1', endedAt: null });
  await complete(CANCELED);
  expect(endCall.mock.calls).toEqual([[{ callId: 'CA1', lineNumber: '+12025550100' }]]);
});

test.each([
  ['there is none', { callId: null, endedAt: null }],
  ['it is over', { callId: 'CA1', endedAt: new Date() }],
])('no call is ended when %s', async (_what, finished) => {
  const { complete, endCall } = completing(finished);
  await complete(CANCELED);
  expect(endCall).not.toHaveBeenCalled();
});
