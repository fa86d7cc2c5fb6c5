import sql, { raw, type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { CallAttempt } from './rows.ts';

/** What an attempt keeps of its call under the same name as the verification has it while the attempt counts. */
const SAME_NAME =
  'call_id status_sequence round prompt wrong_keys silences answered_by rang_at answered_at ended_at';
/** All that an attempt keeps of its call, and the column of the verification that has it while the attempt counts. */
const OF_CALL: [kept: string, live: string][] = [
  ['status', 'call_status'],
  ['error_code', 'call_error'],
  ...SAME_NAME.split(' ').map((name): [string, string] => [name, name]),
];
const CALL_COLUMNS = raw(
  OF_CALL.map(([kept, live]) => `case when v.id is null then a.${kept} else v.${live} end as ${kept}`).join(
    ', ',
  ),
);
/** Keeps in the attempt `a` how the call of the verification `o` went. */
export const KEEP_CALL = raw(OF_CALL.map(([kept, live]) => `${kept} = o.${live}`).join(', '));

/** The attempts of a verification, oldest first, each with what is known of its call. */
export function createAttemptsOf(run: RunStatement) {
  return (verificationId: string): Promise<CallAttempt[]> =>
    run<CallAttempt>(sql`
      select a.id, a.verification_id, a.number, a.line_number, a.started_at, ${CALL_COLUMNS}
      from call_attempt a left join verification v on v.id = a.verification_id and v.attempt_id = a.id
      where a.verification_id = ${verificationId} order by a.number`);
}

/** Keeps how the call of the attempt that counts went, before another attempt counts or the call is forgotten. */
export function archive(which: Sql): Sql {
  return sql`archived as (
    update call_attempt a set ${KEEP_CALL}
    from verification o where ${which} and a.id = o.attempt_id),`;
}
