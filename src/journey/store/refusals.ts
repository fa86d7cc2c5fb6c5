import sql from 'sql-template-tag';
import type { ErrorCode } from '../../errors.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** Refused requests of one user, with one code, in one minute. */
export interface RefusalToKeep {
  tenantId: string;
  userId: string;
  code: ErrorCode;
  /** The number under the current hash key; empty: there was none that could be read. */
  numberHash: string;
  /** What was answered, without a whole number. */
  detail: string;
  /** How many are added to those that the registry has. */
  count: number;
  at: Date;
}

const MINUTE_MS = 60_000;

/** The minute in which something happened. */
export const minuteOf = (at: Date): Date => new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);

/** @param run runs a statement on the registry */
export function createRefusalStore(run: RunStatement) {
  return {
    /** Adds to the row of this user, code and minute. */
    async add({ tenantId, userId, code, numberHash, detail, count, at }: RefusalToKeep): Promise<void> {
      await run(sql`
        insert into refusal as r (tenant_id, user_id, code, minute, number_hash, detail, count, last_at)
        values (${tenantId}, ${userId}, ${code}, ${minuteOf(at)}, ${numberHash}, ${detail}, ${count}, ${at})
        on conflict (tenant_id, user_id, code, minute, number_hash) do update set
          count = r.count + excluded.count, detail = excluded.detail, last_at = greatest(r.last_at, excluded.last_at)`);
    },
  };
}
