/** What backends and browsers do that got no answer, or were told to come again. */
import { expect, onTestFinished } from 'vitest';
import type { Answer, World } from './world.ts';

const MOST_TRIES = 60;

/** Asks until the answer is another one than 503, such as where the database was waited for too long. */
export async function untilServed<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
  throw new Error(`no answer to ${MOST_TRIES} requests`);
}

/** Loses the job of what is asked for, and asks again: the job is there. From then on jobs run. */
export async function askAgainWithoutJob({ service: { jobs } }: World, ask: () => Promise<Answer>) {
  await jobs.queue.pause();
  onTestFinished(() => jobs.queue.resume());
  const { id } = (await ask()).body;
  await jobs.settled();
  await (await jobs.queue.getJob(id))?.remove();
  expect((await ask()).status).toBe(200);
  await jobs.settled();
  expect(await jobs.queue.getJob(id)).toBeDefined();
  await jobs.queue.resume();
  return id as string;
}
