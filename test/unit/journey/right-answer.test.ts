// How long a right answer waits for what is completed with it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApprove, type RightAnswer } from '../../../src/journey/store/right-answer.ts';
import type { LiveCall } from '../../../src/journey/store/rows.ts';

const FINISHED = { state: 'finished' } as LiveCall;
const DECIDED = { state: 'decided' } as LiveCall;
const right = (attemptId: string): RightAnswer => ({
  ...{ attemptId, callId: 'CA1', round: 1, sender: { to: null, lines: null } },
  ...{ challenge: 'pound', digits: null, now: new Date('2026-11-21T09:00:00Z') },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what was finished with its answer is not decided again', async () => {
  const run = vi.fn();
  expect(await createApprove(run)(right('a-1'), async () => FINISHED)).toBe(FINISHED);
  expect(run).not.toHaveBeenCalled();
});

test.each([
  ['cannot be finished with it', async () => null],
  ['is not known', null],
])('an answer is recorded by itself where its verification %s', async (_what, finish) => {
  const run = vi.fn(async () => [DECIDED]);
  expect(await createApprove(run as never)(right('a-1'), finish)).toBe(DECIDED);
});

test('an answer waits 0.4 s, and those that come then do not wait until that is over', async () => {
  const waiting = Promise.withResolvers<null>();
  const approve = createApprove((async () => [DECIDED]) as never);
  const first = approve(right('a-1'), () => waiting.promise);
  await vi.advanceTimersByTimeAsync(400);
  expect(await first).toBe(DECIDED);
  const finish = vi.fn(async () => FINISHED);
  expect(await approve(right('a-2'), finish)).toBe(DECIDED);
  expect(finish).not.toHaveBeenCalled();
  waiting.resolve(null);
  await vi.advanceTimersByTimeAsync(0);
  expect(await approve(right('a-3'), finish)).toBe(FINISHED);
});
