import { expect, test, vi } from 'vitest';
import { createDial, type DialDeps } from '../../../src/journey/place/dial.ts';
import type { Verification } from '../../../src/journey/store/rows.ts';
import { later } from '../../../src/platform/clock.ts';

const START = new Date('2026-11-21T09:00:00Z');

/** What dialing needs, on a machine so slow that every start is missed. */
function slowMachine() {
  let now = START;
  const placeAttempt = vi.fn();
  const begin = vi.fn(async (verification: Verification, { id }: { id: string }) => ({
    ...verification,
    attemptId: id,
  }));
  const postpone = vi.fn(async () => true);
  const deps = {
    attempts: { begin, postpone },
    placeAttempt,
    lines: {
      isPaced: true,
      lineFor: () => '+12025550100',
      reserveStart: async () => now,
      recordsInMs: () => 0,
      hasMissed: () => true,
    },
    pause: async () => undefined,
    timeouts: { requestMs: 10_000, dialGraceMs: 15_000 },
    clock: {
      now: () => {
        now = later(now, 500);
        return now;
      },
    },
    events: { emit: vi.fn(), listen: () => () => undefined },
  };
  return { dial: createDial(deps as unknown as DialDeps), placeAttempt, postpone };
}

test('a call that always misses its start is asked of nobody, and is queued again as one that never was', async () => {
  const { dial, placeAttempt, postpone } = slowMachine();
  const verification = {
    channel: 'call',
    id: 'v',
    tenantId: 't',
    country: 'SE',
    lineNumber: null,
    slotAt: START,
  } as Verification;
  expect(await dial(verification, 1)).toBe('moved');
  expect(placeAttempt).not.toHaveBeenCalled();
  expect(postpone).toHaveBeenCalledExactlyOnceWith(
    expect.any(String),
    'startMissed',
    expect.any(Date),
    expect.any(Date),
  );
});
