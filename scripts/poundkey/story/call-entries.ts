import type { Selectable } from 'kysely';
import { maskLine } from '../../../src/domain/mask-number.ts';
import type { CallAttemptTable } from '../../../src/registry/schema.ts';
import type { Entry } from './entry.ts';

/** What is known of one call, at the instants it is known to have happened. */
export function callEntries(attempt: Selectable<CallAttemptTable>): Entry[] {
  const { number: call, status, errorCode, wrongKeys, silences } = attempt;
  const line = maskLine(attempt.lineNumber);
  const begun = { call, line, attemptId: attempt.id, callId: attempt.callId };
  // Until the end is known, the latest status is shown with the start of the call.
  const lately = attempt.endedAt === null ? { status, errorCode } : {};
  const moments: [Date | null, string, Entry['details']][] = [
    [attempt.startedAt, 'begun', { ...begun, ...lately }],
    [attempt.rangAt, 'rings', { call }],
    [attempt.answeredAt, 'answered', { call, by: attempt.answeredBy }],
    [attempt.endedAt, 'over', { call, status, errorCode, wrongKeys, silences }],
  ];
  return moments.flatMap(([at, what, details]) =>
    at === null ? [] : [{ at, source: 'call' as const, what, details }],
  );
}
