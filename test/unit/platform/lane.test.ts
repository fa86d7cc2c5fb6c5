import { expect, test } from 'vitest';
import { createLane } from '../../../src/platform/lane.ts';

const refusal = () => new Error('too many');

test('a lane does so much at once, lets so much wait in order, and refuses the rest', async () => {
  const lane = createLane({ atOnce: 2, mostWaiting: 3, refusal });
  const begun: number[] = [];
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<number>());
  const runs = gates.map(({ promise }, place) =>
    lane.run(() => {
      begun.push(place);
      return promise;
    }),
  );
  await expect(runs[5]).rejects.toThrow('too many');
  expect(begun).toEqual([0, 1]);
  gates[1]?.resolve(10);
  expect(await runs[1]).toBe(10);
  gates[0]?.reject(new Error('of the work'));
  await expect(runs[0]).rejects.toThrow('of the work');
  for (const [place, gate] of gates.entries()) gate.resolve(place);
  expect(await Promise.all(runs.slice(2, 5))).toEqual([2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await lane.run(async () => 'free again')).toBe('free again');
});
