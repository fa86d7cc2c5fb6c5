// What becomes of a verification whose job does not let go of it.
import type { Job, Queue } from 'bullmq';
import { expect, test, vi } from 'vitest';
import { createVerificationJobs } from '../../../src/journey/job/verification-jobs.ts';
import { createLogger } from '../../../src/log.ts';
import type { Queues } from '../../../src/platform/queue/open-queues.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

const NOW = new Date('2026-11-29T09:00:00Z');

/** Schedules a verification whose job is found in these states, one after the other, and then stays in the last. */
async function scheduled(...states: string[]) {
  const changeDelay = vi.fn();
  const job = {
    changeDelay,
    getState: async () => (states.length > 1 ? states.shift() : states[0]),
  } as unknown as Job;
  const queue = { getJob: async () => job } as unknown as Queue;
  const lines: string[] = [];
  const jobs = createVerificationJobs({
    queues: { queue: () => queue } as unknown as Queues,
    jobIdOf: async () => null,
    clock: { now: () => NOW },
    log: createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
  });
  jobs.schedule('v-1', NOW);
  await jobs.settled();
  return { moved: changeDelay.mock.calls.length, warned: lines.map((line) => JSON.parse(line).msg) };
}

test('a job that is at work is moved once it sleeps', async () => {
  expect(await scheduled('active', 'active', 'delayed')).toEqual({ moved: 1, warned: [] });
});

test('a job that stays at work for five seconds is told of in the log', async () => {
  expect(await scheduled('active')).toEqual({
    moved: 0,
    warned: ['the job could not be scheduled; the next sweep does it'],
  });
});
