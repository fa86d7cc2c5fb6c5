// A backend that adds jobs to the queue instead of calling the REST API.
import { PoundkeyProblem } from '../../src/client/problem.ts';
import { createVerificationQueue, type VerificationQueue } from '../../src/client/queue.ts';
import { expectOutcome, REGISTER } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

const REQUEST = { tenantId: 'default', ...REGISTER };

/** The scenarios by name. */
export const QUEUE: Record<string, Scenario> = {
  queue: {
    what: 'the backend adds jobs to the queue: one twice, and one that is refused',
    async play(demo) {
      // The embedded queue lives in this process; any other is reached over the network.
      const queue = createVerificationQueue({ pool: demo.service.stores.database.queuePool });
      try {
        await addTwice(demo, queue);
        await addWrong(demo, queue);
      } finally {
        await queue.close();
      }
    },
  },
};

async function addTwice({ service, person, say }: Demo, queue: VerificationQueue): Promise<void> {
  person('press-pound');
  say(`backend   adds the job enrol-u-1842 ${JSON.stringify(REQUEST)}`);
  const job = await queue.enqueue(REQUEST, { jobId: 'enrol-u-1842' });
  await queue.enqueue(REQUEST, { jobId: 'enrol-u-1842' });
  say('backend   adds it again, which changes nothing');
  const result = await job.waitUntilFinished();
  const kept = await service.jobs.queue.getJob(job.jobId);
  say(`queue     the job now carries ${JSON.stringify(kept?.data)}`);
  say(`outcome   ${JSON.stringify(result)}`);
  expectOutcome(result, 'approved');
}

async function addWrong({ say }: Demo, queue: VerificationQueue): Promise<void> {
  say('backend   adds a job with the number +46');
  const job = await queue.enqueue({ ...REQUEST, number: '+46' });
  const problem: unknown = await job.waitUntilFinished().catch((error: unknown) => error);
  if (!(problem instanceof PoundkeyProblem)) throw new Error('The job should have been refused.');
  say(`refused   ${problem.code}: ${problem.message}`);
}
