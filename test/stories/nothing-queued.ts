import { expect } from 'vitest';
import type { Answer, World } from '../support/world.ts';

/** Sends a request of which nothing may remain: no verification and no job that is not a verification's. */
export async function expectNothingQueued(world: World, send: () => Promise<Answer>): Promise<Answer> {
  const ids = async () => {
    const rows = await world.db.selectFrom('verification').select('id').execute();
    return rows.map(({ id }) => id).toSorted();
  };
  const before = await ids();
  const answer = await send();
  expect(await ids()).toEqual(before);
  const jobs = await world.service.jobs.queue.getJobs();
  expect(jobs.map(({ id }) => id).filter((id) => !before.includes(id ?? ''))).toEqual([]);
  return answer;
}
