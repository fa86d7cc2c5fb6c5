// How many connections requests of the API leave for webhooks.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Lane } from '../../../src/platform/lane.ts';
import { createApiLanes, placesFor } from '../../../src/tenants/api-lanes.ts';

describe('places for requests of the API', () => {
  it.each([4, 5, 10, 11, 100])('of %i connections, at least half are left, and each lane has one', (size) => {
    const { known, unknown } = placesFor(size);
    expect(known + unknown).toBeLessThanOrEqual(size / 2);
    expect(known).toBeGreaterThan(0);
    expect(unknown).toBeGreaterThan(0);
  });
});

describe('requests at once', () => {
  const { laneOf, own } = createApiLanes({ isKnown: () => true }, placesFor(10));
  const lane = (operationId: string) => laneOf({ operationId, header: () => undefined });

  /** How many of a hundred are begun before the first has ended. */
  async function begunAtOnce({ run }: Lane): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    for (let n = 0; n < 100; n += 1)
      void run(() => {
        begun += 1;
        return promise;
      });
    await nextTurn();
    const atOnce = begun;
    resolve();
    return atOnce;
  }

  it('are 16 of each kind that shares statements, and 4 of others', async () => {
    const lanes = ['requestVerification', 'checkCode', 'getVerification'].map(lane);
    expect(await Promise.all(lanes.map(begunAtOnce))).toEqual([16, 16, 4]);
  });

  it('have four places for all statements of their own', async () => {
    await lane('getVerification').run(async () => {
      expect(await begunAtOnce(own)).toBe(3);
    });
  });
});
