import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Job, Queue } from 'bullmq';
import { hideData, hideNumbers } from './hide-data.ts';

/** A job as the board reads it: everything it shows comes out of `toJSON`. */
type ShownJob = Pick<Job, 'toJSON'>;

/**
 * A queue for the board. Data, return values, progress and logs are hidden but for ids; what could be a phone number
 * is cut out of error texts, for which the board has no formatter of its own.
 */
export function maskedQueue(queue: Queue, options: { readOnlyMode: boolean }): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { ...options, allowRetries: !options.readOnlyMode });
  adapter.setFormatter('data', hideData);
  adapter.setFormatter('returnValue', hideData);
  adapter.setFormatter('progress', (progress: unknown) =>
    typeof progress === 'number' ? progress : hideData(progress),
  );
  const { getJob, getJobs, getJobLogs } = adapter;
  adapter.getJob = async (id) => masked(await getJob.call(adapter, id));
  adapter.getJobs = async (...range) => (await getJobs.apply(adapter, range)).map(masked);
  adapter.getJobLogs = async (id) => (await getJobLogs.call(adapter, id)).map(hideNumbers);
  return adapter;
}

function masked<T extends object | null | undefined>(job: T): T {
  if (!job) return job;
  const shown = job as T & ShownJob;
  const toJson = shown.toJSON.bind(shown);
  shown.toJSON = () => {
    const json = toJson();
    return {
      ...json,
      failedReason: hideNumbers(json.failedReason ?? ''),
      stacktrace: json.stacktrace?.map(hideNumbers) ?? null,
    } as ReturnType<Job['toJSON']>;
  };
  return job;
}
