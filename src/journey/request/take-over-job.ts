import { UnrecoverableError } from 'bullmq';
import { type ErrorCode, type FieldProblem, hasCode, isRefusal, ServiceError } from '../../errors.ts';
import { type Clock, HOUR_MS, later } from '../../platform/clock.ts';
import {
  fieldProblems,
  firstPerField,
  jsonPointer,
  parseOptions,
} from '../../platform/http/field-problems.ts';
import { findUnstorableText } from '../../platform/http/storable-text.ts';
import { REQUEST_JOB, verificationOf } from '../job/job-names.ts';
import type { BackendJob, RequestVerification, TakeOverJob } from '../ports.ts';
import type { ReadFacts } from '../store/facts.ts';
import { VerificationJob } from './request-schema.ts';

/** A request that could not be written down for this long is given up, ms. No policy lets one wait longer. */
const GIVE_UP_MS = HOUR_MS;

/**
 * Trigger: a job that a backend added. Writes its request to the registry and leaves the verification's id in the job's
 * data instead. Whoever can write to the queue's store is trusted to name the tenant. A crash in between does no harm:
 * the job's id is an idempotency key. A request that is wrong or refused fails the job for good with the reason, and its
 * data goes too; any other error is thrown as it is, and the job may try again.
 */
export function createTakeOverJob(deps: {
  requestVerification: RequestVerification;
  readFacts: ReadFacts;
  /** Counts what is refused. */
  countRefusal: (code: ErrorCode) => void;
  clock: Clock;
}): TakeOverJob {
  return async function takeOverJob(job) {
    try {
      return verificationOnly(job.data) ?? (await takeOver(job));
    } catch (error) {
      const refusal = refusalFor(error, ageOf(job));
      if (refusal === null) throw error;
      deps.countRefusal(refusal.code);
      const reason = reasonOf(refusal);
      await job.updateData({ refused: reason });
      throw new UnrecoverableError(reason);
    }
  };

  async function takeOver(job: BackendJob): Promise<string> {
    const request = readRequest(job);
    const facts = await deps.readFacts.ofUser(request, deps.clock.now());
    if (!facts)
      throw invalid([
        { field: '/tenantId', rule: 'This must be the id of a tenant; there is none of this id.' },
      ]);
    const asked = {
      jobId: job.id,
      idempotencyKey: keyOf(job),
      askedAt: later(deps.clock.now(), -ageOf(job)),
    };
    const { verification } = await deps.requestVerification({ ...request, ...asked }, facts);
    await job.updateData({ verificationId: verification.id });
    return verification.id;
  }
}

/** The data of a job that was taken over; a request that names a verification besides is none. */
function verificationOnly(data: unknown): string | null {
  const id = verificationOf(data);
  return id !== null && Object.keys(data as object).length === 1 && UUID.test(id) ? id : null;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const JOB_ID = /^[\x20-\x7e]{1,255}$/;

function readRequest({ id = '', name, data }: BackendJob) {
  const problems: FieldProblem[] = [];
  if (name !== REQUEST_JOB) problems.push({ field: 'name', rule: `The job's name must be ${REQUEST_JOB}.` });
  if (!JOB_ID.test(id))
    problems.push({ field: 'jobId', rule: "The job's id must be 1 to 255 printable ASCII characters." });
  const parsed = VerificationJob.safeParse(data, parseOptions);
  problems.push(...findUnstorableText(data, jsonPointer));
  if (parsed.error) problems.push(...fieldProblems(parsed.error, VerificationJob));
  if (!parsed.success || problems.length > 0) throw invalid(problems);
  return parsed.data;
}

/**
 * A key that no request over HTTP can have, since those have no spaces. The ids that BullMQ gives (whole numbers) begin
 * anew when the queue has lost everything, so the time belongs to them.
 */
function keyOf({ id = '', timestamp }: BackendJob): string {
  return /^\d+$/.test(id) ? `job ${timestamp} ${id}` : `job ${id}`;
}

/** How long ago the job was to be done first, ms, by the queue's clock. */
function ageOf({ timestamp, opts }: BackendJob): number {
  const age = Date.now() - timestamp - (opts.delay ?? 0);
  return Number.isFinite(age) ? Math.max(0, age) : 0;
}

/** The error of a request that is wrong or given up; null for one that may succeed later. */
function refusalFor(error: unknown, ageMs: number): ServiceError | null {
  if (hasCode(error, 'idempotencyKey.reused')) return reusedId();
  if (isRefusal(error)) return error;
  if (ageMs < GIVE_UP_MS) return null;
  const detail =
    'The request could not be accepted for an hour; the log says why. Add a new job to ask again.';
  return new ServiceError('service.unavailable', detail, { cause: error });
}

function reusedId(): ServiceError {
  const detail = 'A job with this id made another request before. Use a new id for each request.';
  const rule = 'This must be new, or have the same data as before.';
  return new ServiceError('idempotencyKey.reused', detail, { problems: [{ field: 'jobId', rule }] });
}

function invalid(problems: FieldProblem[]): ServiceError {
  const detail = 'The job is not valid. Correct the fields listed here and add a new job.';
  return new ServiceError('request.invalid', detail, { problems: firstPerField(problems) });
}

/** `code: detail` and, a line each, `field: rule`. Neither repeats what was sent, nor does a stack. */
function reasonOf({ code, message, problems, retryAfterS }: ServiceError): string {
  const rules = problems.map(({ field, rule }) => `${field}: ${rule}`);
  const retry = retryAfterS === undefined ? [] : [`Retry-After: ${Math.ceil(retryAfterS)}`];
  return [`${code}: ${message}`, ...rules, ...retry].join('\n');
}
