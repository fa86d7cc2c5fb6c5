/** The queue through which verifications move. */
export const QUEUE_NAME = 'verifications';

/** The job that a backend adds; its data is a request until Poundkey has taken it over. */
export const REQUEST_JOB = 'request';

/** The job that Poundkey adds itself. */
export const ADVANCE_JOB = 'advance';

/** What a job carries: which verification it moves, and nothing else. */
export interface JobData {
  verificationId: string;
}

/** The verification that a job says it moves, or null when it says none. */
export function verificationOf(data: unknown): string | null {
  const named = typeof data === 'object' && data !== null && 'verificationId' in data;
  return named && typeof data.verificationId === 'string' ? data.verificationId : null;
}
