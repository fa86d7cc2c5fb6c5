// How many connections requests of the API leave for webhooks.
import { describe, expect, it } from 'vitest';
import { placesFor } from '../../../src/tenants/api-lanes.ts';

describe('places for requests of the API', () => {
  it.each([4, 5, 10, 11, 100])('of %i connections, at least half are left, and each lane has one', (size) => {
    const { known, unknown } = placesFor(size);
    expect(known + unknown).toBeLessThanOrEqual(size / 2);
    expect(known).toBeGreaterThan(0);
    expect(unknown).toBeGreaterThan(0);
  });
});
