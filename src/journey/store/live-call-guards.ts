// What the statements behind the phone network's webhooks have in common.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Registry } from '../../registry/schema.ts';

/** States in which a call may exist that has not been decided. */
export const ON_CALL = sql`('dialing', 'ringing', 'answered')`;

/** The attempt's verification, while the attempt counts and the outcome is open. */
export const openVerification = (attemptId: string) => sql`
  exists (select 1 from verification where id = call_attempt.verification_id
    and attempt_id = ${attemptId}::uuid and state in ${ON_CALL})`;

/** Only webhooks of the very call that the attempt knows, or that it learns of just now. */
export const sameCall = (callId: string) => sql`coalesce(call_attempt.call_id, ${callId}) = ${callId}`;

/** Returns a function that executes a statement and says whether it returned a row. */
export function changesIn(db: Kysely<Registry>) {
  return async (statement: RawBuilder<unknown>): Promise<boolean> =>
    (await statement.execute(db)).rows.length > 0;
}
