// Whatever keeps a verification from being completed with its answer is no reason not to record the answer.
import { expect, test, vi } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { createCompleteAtOnce } from '../../../src/journey/finish/complete-at-once.ts';
import type { CompletionWrites } from '../../../src/journey/ports.ts';
import type { Decided, Verification } from '../../../src/journey/store/rows.ts';
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

function completing(hindrance: {
  policyAt?: () => never;
  audit?: () => never;
  finish?: () => never;
  read?: () => Promise<Verification | null>;
}) {
  const lines = keepLines();
  const log = createLogger({ level: 'warn', destination: lines.destination });
  const passOn = vi.fn(async () => undefined);
  const finish = vi.fn(hindrance.finish ?? (async () => null));
  const completeAtOnce = createCompleteAtOnce({
    policyAt: async () => parsePolicy({}, 'Contoso'),
    traces: NO_TRACES,
    passOn,
    log,
    read: async () => null,
    ...hindrance,
    writes: { audit: vi.fn(), messages: vi.fn(), ...hindrance } as unknown as CompletionWrites,
  });
  const complete = (known: Partial<Decided> = {}) =>
    completeAtOnce<Decided>(
      { ...KNOWN, ...known },
      NOW,
      finish,
      (found) => found,
      (_row, pass) => pass(),
    );
  return { complete, finish, passOn, lines: lines.lines };
}

const fail = () => {
  throw new Error('there is no such key');
};

test.each([
  ['there is no policy', { policyAt: fail }],
  ['a feature cannot make what it writes', { audit: fail }],
  ['the statement fails', { finish: fail }],
])('nothing is done and the log says so where %s', async (_what, hindrance) => {
  const { complete, passOn, lines } = completing(hindrance);
  expect(await complete()).toBeNull();
  expect(passOn).not.toHaveBeenCalled();
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

const refuse = () => {
  throw Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
};
const done = { ...KNOWN, outcome: 'approved', finishedAt: NOW } as Verification;

test('what was done is passed on though the answer of the database was lost', async () => {
  const { complete, passOn, lines } = completing({ finish: fail, read: async () => done });
  expect(await complete()).toBe(done);
  expect(passOn).toHaveBeenCalledExactlyOnceWith(done, expect.anything(), null);
  expect(lines).toEqual([]);
});

test.each<[what: string, hindrance: Parameters<typeof completing>[0]]>([
  [
    'it was finished at another moment',
    { finish: fail, read: async () => ({ ...done, finishedAt: new Date(0) }) },
  ],
  ['it ended otherwise', { finish: fail, read: async () => ({ ...done, outcome: 'blocked' }) }],
  ['it cannot be looked up', { finish: fail, read: async () => fail() }],
  ['the statement was refused, so nothing was done', { finish: refuse, read: async () => done }],
])('nothing is passed on where %s', async (_what, hindrance) => {
  const { complete, passOn, lines } = completing(hindrance);
  expect(await complete()).toBeNull();
  expect(passOn).not.toHaveBeenCalled();
  expect(lines).toHaveLength(1);
});
