// Whatever keeps a verification from being completed with its key is no reason not to record the key.
import { expect, test, vi } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { createCompleteApproved } from '../../../src/journey/finish/complete-approved.ts';
import type { CompletionWrites } from '../../../src/journey/ports.ts';
import type { RightAnswer } from '../../../src/journey/store/right-answer.ts';
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
const ANSWER: RightAnswer = {
  ...{ attemptId: 'a-1', callId: 'CA1', round: 1, sender: { to: null, lines: null } },
  ...{ challenge: 'pound', digits: null, now: new Date('2026-11-21T09:00:00Z') },
};

function completing(hindrance: {
  policyAt?: () => never;
  audit?: () => never;
  finishApproved?: () => never;
}) {
  const lines = keepLines();
  const log = createLogger({ level: 'warn', destination: lines.destination });
  const finishApproved = vi.fn(async () => null);
  const completeApproved = createCompleteApproved({
    finishApproved,
    policyAt: async () => parsePolicy({}, 'Contoso'),
    traces: NO_TRACES,
    passOn: async () => undefined,
    inBackground: () => undefined,
    log,
    ...hindrance,
    writes: { audit: vi.fn(), messages: vi.fn(), ...hindrance } as unknown as CompletionWrites,
  });
  const complete = (known: Partial<Decided> = {}) =>
    completeApproved(ANSWER, { ...KNOWN, ...known }, () => expect.unreachable());
  return { complete, finishApproved, lines: lines.lines };
}

const fail = () => {
  throw new Error('there is no such key');
};

test.each([
  ['there is no policy', { policyAt: fail }],
  ['a feature cannot make what it writes', { audit: fail }],
  ['the statement fails', { finishApproved: fail }],
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
  const { complete, finishApproved, lines } = completing({});
  expect(await complete(known)).toBeNull();
  expect(finishApproved).not.toHaveBeenCalled();
  expect(lines).toEqual([]);
});
