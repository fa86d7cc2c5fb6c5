import type { Kysely } from 'kysely';
import { END_AUDIT_TYPES } from '../../../src/journey/states.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import type { Entry } from './entry.ts';

/** The audit event of the verification's end. Those of what followed from it say nothing that this one does not. */
export async function auditEntries(db: Kysely<Registry>, verificationId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('auditEvent')
    .select(['type', 'data', 'at'])
    .where('verificationId', '=', verificationId)
    .where('type', 'in', END_AUDIT_TYPES)
    .orderBy('at')
    .execute();
  return rows.map(({ type, data, at }) => ({ at, source: 'audit', what: type, details: data }));
}
