import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { IN_DOUBT } from './rows.ts';

/** Reads about attempts of which nobody knows whether they became calls. */
export type LostCallStore = ReturnType<typeof createLostCallStore>;

/** @param run runs a statement on the registry */
export function createLostCallStore(run: RunStatement) {
  const count = async (statement: ReturnType<typeof sql>) =>
    (await run<{ count: number }>(statement))[0]?.count ?? 0;
  return {
    /** How many attempts of a verification whose call is lost now may have become calls that nobody knows of. */
    countLost: (verificationId: string) =>
      count(sql`select count(*) from call_attempt a
        where a.verification_id = ${verificationId} and a.call_id is null and a.ended_at is null`),

    /** How many verifications wait to learn whether there is a call from this line to this number. */
    countInDoubt: (phoneNumber: string, lineNumber: string) =>
      count(sql`select count(*) from verification v
        where v.phone_number = ${phoneNumber} and v.line_number = ${lineNumber} and v.state in ${IN_DOUBT}
          and v.call_id is null`),

    /** Those of the given calls to a number that no attempt has noted. */
    async unclaimed(phoneNumber: string, callIds: string[]): Promise<string[]> {
      if (callIds.length === 0) return [];
      const list = JSON.stringify(callIds);
      const claimed = await run<{ callId: string }>(sql`
        select v.call_id from verification v
          where v.phone_number = ${phoneNumber} and v.call_id in (select jsonb_array_elements_text(${list}::jsonb))
        union select a.call_id from call_attempt a
          where a.call_id in (select jsonb_array_elements_text(${list}::jsonb))`);
      const taken = new Set(claimed.map(({ callId }) => callId));
      return callIds.filter((callId) => !taken.has(callId));
    },
  };
}
