import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Job, Queue } from 'bullmq';
import { hideData, hideNumbers } from './hide-data.ts';
import { hideIdDigits, type ShownIds } from './shown-ids.ts';

/** A job as the board reads it: everything it shows comes out of `toJSON`. */
type ShownJob = Pick<Job, 'toJSON'>;

/** Options of a job that are numbers and the like; others, such as ids and keys, are chosen by whoever added it. */
const SHOWN_OPTIONS = [
  'attempts',
  'backoff',
  'delay',
  'priority',
  'removeOnComplete',
  'removeOnFail',
] as const;

/**
 * A queue for the board. Data, return values, progress and logs are hidden but for ids; what could be a phone number
 * is cut out of error texts, for which the board has no formatter of its own, and ids that could hold one have
 * stand-ins, by which the board finds them again.
 * @param ids those of the whole board
 */
export function maskedQueue(queue: Queue, ids: ShownIds, options: { readOnlyMode: boolean }): BullMQAdapter {
  const adapter = new BullMQAdapter(queue, { ...options, allowRetries: !options.readOnlyMode });
  adapter.setFormatter('data', hideData);
  adapter.setFormatter('returnValue', hideData);
  adapter.setFormatter('progress', (progress: unknown) =>
    typeof progress === 'number' ? progress : hideData(progress),
  );
  const { getJob, getJobs, getJobLogs } = adapter;
  adapter.getJob = async (id) => masked(await getJob.call(adapter, ids.found(id)), ids);
  adapter.getJobs = async (...range) => (await getJobs.apply(adapter, range)).map((job) => masked(job, ids));
  adapter.getJobLogs = async (id) => (await getJobLogs.call(adapter, ids.found(id))).map(hideNumbers);
  // Poundkey has no schedules, and what somebody else put there would be shown as it is.
  adapter.getJobSchedulers = async () => [];
  return adapter;
}

function masked<T extends object | null | undefined>(job: T, ids: ShownIds): T {
  if (!job) return job;
  const shown = job as T & ShownJob;
  const toJson = shown.toJSON.bind(shown);
  shown.toJSON = () => maskedFields(toJson(), ids);
  return job;
}

function maskedFields(json: ReturnType<Job['toJSON']>, ids: ShownIds): ReturnType<Job['toJSON']> {
  const { id = '', name, opts } = json;
  const hide = (text: string) => hideNumbers(id === '' ? text : text.replaceAll(id, ids.shown(id)));
  const shown = SHOWN_OPTIONS.filter((option) => opts[option] !== undefined);
  return {
    ...json,
    id: ids.shown(id),
    name: hideIdDigits(name),
    opts: Object.fromEntries(shown.map((option) => [option, opts[option]])),
    deduplicationId: undefined,
    failedReason: hide(json.failedReason ?? ''),
    stacktrace: json.stacktrace?.map(hide) ?? null,
  } as unknown as ReturnType<Job['toJSON']>;
}
