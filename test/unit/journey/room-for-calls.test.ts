// Waiting for room ends with the process.
import { expect, test } from 'vitest';
import { createRoomForCall } from '../../../src/journey/job/room-for-calls.ts';

const clock = { now: () => new Date('2026-11-21T09:00:00Z') };
const TOMORROW = new Date('2026-11-22T09:00:00Z');

test('there is none when the process stops, however long there is time', async () => {
  let stopping = false;
  let looks = 0;
  const countLive = async () => {
    looks += 1;
    stopping = looks === 2;
    return 1;
  };
  const roomForCall = createRoomForCall({ countLive, most: 1, isStopping: () => stopping, clock });
  expect(await roomForCall(TOMORROW)).toBe(false);
  expect(looks).toBe(2);
});
