/** How a world waits by virtual time, and how everything in it happens that is going to. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Selectable } from 'kysely';
import type { VerificationTable } from '../../src/registry/schema.ts';
import type { Service } from '../../src/service.ts';
import type { VirtualTime } from '../../src/simulator/time.ts';

/** How a service waits by virtual time, and when the waits that are under way end, in ms since 1970. */
export function waitsBy(time: VirtualTime) {
  const ends = new Set<{ at: number }>();
  return {
    ends: () => [...ends].map(({ at }) => at),
    pause: (ms: number) => {
      const end = { at: time.now() + ms };
      ends.add(end);
      const { promise, resolve } = Promise.withResolvers<void>();
      time.after(ms, () => {
        ends.delete(end);
        resolve();
      });
      return promise;
    },
  };
}

/** Most rounds without a job in work that settling takes: beyond it something goes in circles. */
const MOST_ROUNDS = 50_000;
/** A queue whose server was away takes up to 15 s before it works again; jobs that stand still for so long are stuck, ms. */
const STUCK_MS = 50_000;
/** A job that stands still for so long may wait for one that waits for its line, ms. */
const STANDING_MS = 10_000;
/** Rounds without any job before the sweeper is called: a job may be just on its way into the queue. */
const PATIENT_ROUNDS = 50;

/**
 * Lets everything happen that is going to: calls run to their end, jobs run, where jobs only wait for their time it
 * moves on to it, and where a job is lost the sweeper comes. Returns when every verification is finished.
 */
export async function settle(
  service: Service,
  time: VirtualTime,
  waits: ReturnType<typeof waitsBy>,
  isDone: (open: Open[]) => boolean = allFinished,
): Promise<void> {
  const { queue } = service.jobs;
  const standsFor = watchBusy();
  let jobless = 0;
  for (let round = 0; round < MOST_ROUNDS; ) {
    await time.idle();
    await service.journey.settled();
    await service.jobs.settled();
    const before = await readOpen(service);
    const busy = await queue.getJobCountByTypes('waiting', 'active', 'prioritized');
    const stoodMs = standsFor(busy);
    if (stoodMs > STUCK_MS) throw new Error(`the world does not settle: ${busy} jobs stand still`);
    if (busy > 0) {
      await letJobsWork({ busy, stoodMs }, time, waits.ends());
      continue;
    }
    round += 1;
    // A job may have come and gone since the queue was asked: what is done by now must not be waited for.
    const open = await readOpen(service);
    if (!isDeepStrictEqual(open, before)) continue;
    if (isDone(open)) return;
    jobless = await letTimePass(service, time, { open, jobless });
  }
  throw new Error('the world does not settle');
}

/** @returns the rounds in which nothing waited for its time */
async function letTimePass(
  service: Service,
  time: VirtualTime,
  { open, jobless }: { open: Open[]; jobless: number },
): Promise<number> {
  if (await isWaiting(service, open, jobless)) {
    // The job of one that is overdue could not be added, and the jobs of others are waiting.
    const isOverdue = open.some(({ state, wakeAt }) => state === 'queued' && wakeAt.getTime() <= time.now());
    if (isOverdue && jobless >= PATIENT_ROUNDS) await sweepLater(service, time);
    else await moveOn(service, time, open);
    return isOverdue ? jobless + 1 : jobless;
  }
  if (jobless < PATIENT_ROUNDS) await nextTurn();
  else await sweepLater(service, time);
  return jobless + 1;
}

/** Says for how long as many jobs have been in work as now, ms. */
function watchBusy() {
  let stood = { busy: 0, since: 0 };
  return (busy: number): number => {
    if (busy === 0 || busy !== stood.busy) stood = { busy, since: performance.now() };
    return performance.now() - stood.since;
  };
}

/** Jobs that all wait for their line need the time to move, which a story may have paused. */
async function letJobsWork(
  { busy, stoodMs }: { busy: number; stoodMs: number },
  time: VirtualTime,
  ends: number[],
): Promise<void> {
  if (ends.length === 0 || (ends.length < busy && stoodMs < STANDING_MS)) return nextTurn();
  await time.advance(Math.max(0, Math.min(...ends) - time.now()));
}

/** A verification that is not finished. */
type Open = Pick<Selectable<VerificationTable>, 'id' | 'jobId' | 'wakeAt' | 'state'>;

/** All of them, the one that is to be looked at next first. */
function readOpen({ stores }: Service): Promise<Open[]> {
  return stores.database.db
    .selectFrom('verification')
    .select(['id', 'jobId', 'wakeAt', 'state'])
    .where('state', '<>', 'finished')
    .orderBy('wakeAt')
    .orderBy('id')
    .execute();
}

const allFinished = (open: Open[]) => open.length === 0;

/** Whether every text was sent, or will not be. */
export const allSent = (open: Open[]) =>
  !open.some(({ state }) => ['queued', 'sending', 'decided'].includes(state));

/** Whether everything waits for its time. A job that the queue lost may be placing its call right now. */
async function isWaiting(service: Service, open: Open[], jobless: number): Promise<boolean> {
  if ((await service.jobs.queue.getDelayedCount()) > 0) return true;
  if (!(await hasLive(service))) return false;
  return jobless >= PATIENT_ROUNDS || !open.some(({ state }) => state === 'dialing');
}

async function hasLive(service: Service): Promise<boolean> {
  return (await service.journey.verifications.countLive()) > 0;
}

async function sweepLater(service: Service, time: VirtualTime): Promise<void> {
  await time.advance(60_000);
  await service.journey.sweep();
}

/**
 * Moves the time to when the next verification wants to be looked at, and wakes the jobs whose time has come. The queue's
 * time is the real one: a job that was woken a millisecond too early would come again and again.
 */
async function moveOn(service: Service, time: VirtualTime, open: Open[]): Promise<void> {
  if (open[0]) await time.advance(Math.max(1, open[0].wakeAt.getTime() - time.now()));
  await service.journey.watchLive();
  const later = open.filter(({ wakeAt }) => wakeAt.getTime() > time.now());
  const sleeping = new Set(later.flatMap(({ id, jobId }) => [id, jobId]));
  for (const job of await service.jobs.queue.getDelayed())
    if (!sleeping.has(job.id ?? '') && (await job.isDelayed())) await job.promote().catch(() => undefined);
}
