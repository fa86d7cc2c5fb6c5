import { expect, onTestFinished, test, vi } from 'vitest';
import { createGatherWhileBusy } from '../../../src/platform/gather-while-busy.ts';

const doubled = (item: number) => item * 2;

/** Work that ends when the test says so, and what it was given. */
function openWork(
  options: { most?: number; atOnce?: number; mostAtOnce?: number; keysOf?: (item: number) => string[] } = {},
) {
  const given: number[][] = [];
  const ends: PromiseWithResolvers<unknown>[] = [];
  const begin = async (items: number[]) => {
    given.push(items);
    const end = Promise.withResolvers<unknown>();
    ends.push(end);
    return end.promise;
  };
  const gather = createGatherWhileBusy<number, number>({
    one: async (item) =>
      (await begin([item])) === 'fail' ? Promise.reject(new Error(`no ${item}`)) : doubled(item),
    many: async (items) => ((await begin(items)) === 'nothing' ? null : items.map(doubled)),
    most: 20,
    ...options,
  });
  /** Ends what is under way, and lets what follows begin. */
  const end = async (how?: unknown) => {
    const begun = ends.length;
    ends.at(-1)?.resolve(how);
    await vi.waitFor(() => expect(ends.length).toBeGreaterThanOrEqual(begun));
    await new Promise(setImmediate);
  };
  return { gather, given, ends, end };
}

test('the first is done at once, and what comes meanwhile together', async () => {
  const { gather, given, end } = openWork();
  const all = Promise.all([1, 2, 3, 4].map(gather));
  expect(given).toEqual([[1]]);
  await end();
  expect(given).toEqual([[1], [2, 3, 4]]);
  await end();
  expect(await all).toEqual([2, 4, 6, 8]);
  const later = gather(5);
  expect(given.at(-1)).toEqual([5]);
  await end();
  expect(await later).toBe(10);
});

test('as many go on at once as are wanted before others wait', async () => {
  const { gather, given, ends, end } = openWork({ atOnce: 2 });
  const all = Promise.all([1, 2, 3, 4].map(gather));
  expect(given).toEqual([[1], [2]]);
  await end();
  expect(given).toEqual([[1], [2], [3, 4]]);
  await end();
  ends[0]?.resolve('');
  expect(await all).toEqual([2, 4, 6, 8]);
});

test('a batch has its most, and nothing twice that its items must not have in common', async () => {
  const { gather, given, end } = openWork({ most: 3, keysOf: (item) => [`ends with ${item % 10}`] });
  const all = Promise.all([1, 12, 22, 3, 4, 5, 32].map(gather));
  for (let batch = 0; batch < 5; batch += 1) await end();
  expect(await all).toEqual([2, 24, 44, 6, 8, 10, 64]);
  expect(given).toEqual([[1], [12, 3, 4], [22, 5], [32]]);
});

test('where nothing was done for all, it is done for each, one that fails fails alone, and nothing waits', async () => {
  const { gather, given, ends, end } = openWork();
  const all = Promise.allSettled([1, 2, 3].map(gather));
  await end();
  await end('nothing');
  const later = gather(4);
  expect(given).toEqual([[1], [2, 3], [2], [3], [4]]);
  ends[2]?.resolve('fail');
  ends[3]?.resolve('');
  await end();
  expect(await all).toMatchObject([{ value: 2 }, { reason: { message: 'no 2' } }, { value: 6 }]);
  expect(await later).toBe(8);
});

test('what is stuck holds the others up for a moment only', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { gather, given, ends, end } = openWork();
  const stuck = gather(1);
  const others = Promise.all([2, 3].map(gather));
  await vi.advanceTimersByTimeAsync(99);
  expect(given).toEqual([[1]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(given).toEqual([[1], [2, 3]]);
  await end();
  expect(await others).toEqual([4, 6]);
  ends[0]?.resolve('');
  expect(await stuck).toBe(2);
});

test('where all are stuck, no more are begun than may go on at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { gather, given, ends } = openWork({ most: 1, mostAtOnce: 3 });
  const all = Promise.all([1, 2, 3, 4, 5].map(gather));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(given).toEqual([[1], [2], [3]]);
  for (let n = 0; n < 5; n += 1) {
    ends[n]?.resolve('');
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(await all).toEqual([2, 4, 6, 8, 10]);
});

test('an error is that of all, and what comes later is done', async () => {
  const { gather, given, ends, end } = openWork();
  const all = Promise.allSettled([1, 2, 3].map(gather));
  await end();
  const later = gather(4);
  ends.at(-1)?.reject(new Error('gone'));
  await new Promise(setImmediate);
  expect(await all).toMatchObject([
    { value: 2 },
    { reason: { message: 'gone' } },
    { reason: { message: 'gone' } },
  ]);
  await end();
  expect(await later).toBe(8);
  expect(given).toEqual([[1], [2, 3], [4]]);
});
