import type { Kysely } from 'kysely';
import type { Registry } from '../../../src/registry/schema.ts';
import type { Entry } from './entry.ts';

/** The messages to the tenant's endpoint about a verification, and the state of each. */
export async function messageEntries(db: Kysely<Registry>, verificationId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('verificationId', '=', verificationId)
    .orderBy('sequence')
    .execute();
  return rows.flatMap(({ id, type, attempts, lastError, ...row }) => {
    const isOpen = row.deliveredAt === null && row.deadAt === null;
    const moments: [Date | null, string, Entry['details']][] = [
      [row.createdAt, 'written', { type, id }],
      [row.resentAt, 'sent again', { type }],
      [row.deliveredAt, 'delivered', { type, attempts }],
      [row.deadAt, 'dead', { type, attempts, lastError }],
      [isOpen ? row.nextAttemptAt : null, 'next attempt', { type, attempts, lastError }],
    ];
    return moments.flatMap(([at, what, details]) =>
      at === null ? [] : [{ at, source: 'message' as const, what, details }],
    );
  });
}
