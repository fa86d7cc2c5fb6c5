// A process dies while it takes a backend's job over. What it leaves half done is found by the next one.
import { Job } from 'bullmq';
import { afterEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { startService } from '../../src/service.ts';
import { worldOfEachTest } from '../support/open-worlds.ts';
import { describeEachStore } from '../support/stores.ts';
import { expectOneEnd } from '../support/traces.ts';
import { numberForms, search } from './secrecy-search.ts';
import { readJobs, readRedis } from './stored-text.ts';

/** A step that is begun and never comes back, as in a process that dies over it; `bury` lets the test end. */
function createDeath() {
  const { promise: died, resolve: reached } = Promise.withResolvers<void>();
  const { promise: buried, reject: bury } = Promise.withResolvers<never>();
  buried.catch(() => undefined);
  return {
    died,
    bury: () => bury(new Error('this process is dead')),
    dieHere: () => {
      reached();
      return buried;
    },
  };
}

describeEachStore("a process that dies over a backend's job", (combination) => {
  const { world, stores } = worldOfEachTest(combination);
  afterEach(() => vi.restoreAllMocks());

  /** Cuts everything off at once; nothing is finished, no lock given back. Then another process starts. */
  async function replaceService(bury: () => void): Promise<void> {
    const dead = world.service;
    await dead.stores.queues.close(0);
    await dead.stores.database.close();
    bury();
    vi.restoreAllMocks();
    // Its worker waits in vain for the step that died; the next process does not wait for it.
    void dead.stop();
    const next = await startService(world.config, {
      clock: { now: () => new Date(world.time.now()) },
      log: createLogger({
        level: 'info',
        destination: { write: (line: string) => void world.log.push(line) },
      }),
      simulatorTime: world.time,
    });
    Object.assign(world.service, next);
    Object.assign(world, { simulator: next.simulator, db: next.stores.database.db });
  }

  test.each(['before its data is stripped', 'after its data is stripped'])(
    'after the request was written, %s, leaves one verification and one call',
    async (when) => {
      const { died, dieHere, bury } = createDeath();
      const updateData = Job.prototype.updateData;
      vi.spyOn(Job.prototype, 'updateData').mockImplementationOnce(async function (this: Job, data) {
        if (when.startsWith('after')) await updateData.call(this, data);
        await dieHere();
      });
      const number = world.newNumber();
      const request = { tenantId: 'contoso', userId: 'u-1', number };
      await world.service.jobs.queue.add('request', request, { jobId: 'order-1' });
      await died;
      const rows = await world.db.selectFrom('verification').select(['id', 'state', 'jobId']).execute();
      expect(rows).toEqual([{ id: expect.any(String), state: 'queued', jobId: 'order-1' }]);
      const id = rows[0]?.id ?? '';
      await replaceService(bury);
      const { queue } = world.service.jobs;
      await vi.waitFor(
        async () => expect(await (await queue.getJob('order-1'))?.getState()).not.toBe('active'),
        20_000,
      );
      await world.settle();
      await expectOneEnd(world, id, { outcome: 'approved' });
      expect(await world.db.selectFrom('verification').select('id').execute()).toEqual([{ id }]);
      expect(await queue.getJob('order-1')).toMatchObject({
        data: { verificationId: id },
        returnvalue: { outcome: 'approved', verificationId: id },
      });
      const left = { jobs: await readJobs(world), redis: await readRedis(stores) };
      expect(search(left, new Map([[number, numberForms(number)]]))).toEqual([]);
    },
  );
});
