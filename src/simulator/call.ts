/** One call inside the simulator and everything known about it. */
import { randomBytes } from 'node:crypto';
import type { CallRequest } from './call-request.ts';
import type { Line } from './line.ts';

/** The states a call has in the REST API (Twilio, Call resource: `initiated` exists in callbacks only). */
export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** The states after which nothing happens to a call any more. */
const ENDED: readonly CallStatus[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

/** What can be said or pressed in a call: `caller` is the service's side, `callee` the desk phone's. */
export type TranscriptEntry = {
  /** Milliseconds since 1970, simulator time. */
  at: number;
  who: 'caller' | 'callee';
} & ({ text: string } | { key: string });

/** A call. Instants are milliseconds since 1970, simulator time. */
export interface Call {
  readonly sid: string;
  readonly request: CallRequest;
  status: CallStatus;
  readonly createdAt: number;
  updatedAt: number;
  /** When the network began to dial. */
  dialedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  /** What machine detection found, in Twilio's words. */
  answeredBy: string | null;
  /** The SIP answer that ended the call; 200 for a call that was picked up. */
  sipResponseCode: number | null;
  /** The expected wait in the queue, milliseconds. */
  queueMs: number;
  /** The number of status callbacks fired so far. */
  callbacks: number;
  readonly transcript: TranscriptEntry[];
  readonly line: Line;
  /** Aborted when the call ends. */
  readonly over: AbortController;
  /** Aborted, with a `Redirection`, when a REST update gives the call another document. */
  redirection: AbortController;
}

/** Whether nothing happens to the call any more. */
export function isOver(call: Call): boolean {
  return ENDED.includes(call.status);
}

/** Whole seconds between pick-up and end; 0 when nobody picked up or the call goes on. */
export function durationS(call: Call): number {
  if (call.answeredAt === null || call.endedAt === null) return 0;
  return Math.round((call.endedAt - call.answeredAt) / 1000);
}

/** A new Twilio identifier: two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}
