/** Reports of what happened in the calls, for tests and for people. */
import type { Call, CallStatus, TranscriptEntry } from './call.ts';

/** What happened in one call. Instants are milliseconds since 1970, simulator time. */
export interface CallReport {
  sid: string;
  to: string;
  from: string;
  status: CallStatus;
  createdAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  answeredBy: string | null;
  sipResponseCode: number | null;
  /** What was said and pressed, in order. */
  transcript: TranscriptEntry[];
}

/** The report of one call; changing it changes nothing. */
export function reportCall(call: Call): CallReport {
  const { sid, status, createdAt, answeredAt, endedAt, answeredBy, sipResponseCode } = call;
  const { to, from } = call.request;
  const transcript = call.transcript.map((entry) => ({ ...entry }));
  return { sid, to, from, status, createdAt, answeredAt, endedAt, answeredBy, sipResponseCode, transcript };
}

/** How many calls were created to each number (E.164). */
export function countPerNumber(calls: readonly Call[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { request } of calls) counts[request.to] = (counts[request.to] ?? 0) + 1;
  return counts;
}
