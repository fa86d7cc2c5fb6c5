import { expect, test } from 'vitest';
import { createKnownCalls } from '../../../src/journey/call/known-calls.ts';
import type { Decided } from '../../../src/journey/store/rows.ts';

const call = (id: number) => ({ id: `v-${id}` }) as Decided;

test('what is known of a call is given once', () => {
  const known = createKnownCalls();
  known.keep('a-1', call(1));
  expect([known.take('a-1'), known.take('a-1'), known.take('a-2')]).toEqual([call(1), null, null]);
});

test('of calls that are never answered to, the oldest are forgotten', () => {
  const known = createKnownCalls();
  for (let nr = 0; nr <= 1_000; nr += 1) known.keep(`a-${nr}`, call(nr));
  expect([known.take('a-0'), known.take('a-1'), known.take('a-1000')]).toEqual([null, call(1), call(1000)]);
});
