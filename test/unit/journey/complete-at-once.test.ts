// Whatever keeps a verification from being completed with its answer is no reason not to record the answer.
import { expect, test, vi } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { createCompleteAtOnce } from '../../../src/journey/finish/complete-at-once.ts';
import type { CompletionWrites } from '../../../src/journey/ports.ts';
import type { Decided } from '../../../src/journey/store/rows.ts';
import { createLogger } from '../../../src/log.ts';
import { NO_TRACES } from '../../../src/platform/trace-context.ts';
import { keepLines } from '../../support/world.ts';

const KNOWN: Decided = {
  ...{ id: 'v-1', tenantId: 'contoso', purpose: 'signIn', challenge: 'pound', outcome: null },
  ...{ errorCode: null, policyNow: 1, jobId: null, traceParent: null },
  ...{ userId: 'u-1', phoneType: 'office', signIn: null, decoy: null },
  ...{ callId: 'CA1', lineNumber: '+12025550100', endedAt: null, withoutAppPassword: false },
} as const;
const NOW = new Date('2026-11-21T09:00:00Z');

function completing(hindrance: { policyAt?: () => never; audit?: () => never; finish?: () => never }) {
  const lines = keepLines();
  const log = createLogger({ level: 'warn', destination: lines.destination });
  const finish = vi.fn(hindrance.finish ?? (async () => null));
  const completeAtOnce = createCompleteAtOnce({
    policyAt: async () => parsePolicy({}, 'Contoso'),
    traces: NO_TRACES,
    passOn: async () => undefined,
    log,
    ...hindrance,
    writes: { audit: vi.fn(), messages: vi.fn(), ...hindrance } as unknown as CompletionWrites,
  });
  const complete = (known: Partial<Decided> = {}) =>
    completeAtOnce({ ...KNOWN, ...known }, NOW, finish, () => expect.unreachable());
  return { complete, finish, lines: lines.lines };
}

const fail = () => {
  throw new Error('there is no such key');
};

test.each([
  ['there is no policy', { policyAt: fail }],
  ['a feature cannot make what it writes', { audit: fail }],
  ['the statement fails', { finish: fail }],
])('nothing is done and the log says so where %s', async (_what, hindrance) => {
  const { complete, lines } = completing(hindrance);
  expect(await complete()).toBeNull();
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    verificationId: 'v-1',
    err: { message: 'there is no such key' },
  });
});

test.each<[what: string, known: Partial<Decided>]>([
  ['a sign-in by number', { signIn: {} as never }],
  ['an alternate mobile', { purpose: 'register', phoneType: 'alternateMobile' }],
])('%s is left to the state decided', async (_what, known) => {
  const { complete, finish, lines } = completing({});
  expect(await complete(known)).toBeNull();
  expect(finish).not.toHaveBeenCalled();
  expect(lines).toEqual([]);
});
