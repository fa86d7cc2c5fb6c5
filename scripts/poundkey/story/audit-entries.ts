import type { Kysely } from 'kysely';
import type { Registry } from '../../../src/registry/schema.ts';
import type { Entry } from './entry.ts';

/** The audit events of the verification. */
export async function auditEntries(db: Kysely<Registry>, verificationId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('auditEvent')
    .select(['type', 'data', 'at'])
    .where('verificationId', '=', verificationId)
    .orderBy('at')
    .execute();
  return rows.map(({ type, data, at }) => ({ at, source: 'audit', what: type, details: data }));
}
