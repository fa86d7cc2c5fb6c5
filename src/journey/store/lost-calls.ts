import type { Kysely } from 'kysely';
import type { Registry } from '../../registry/schema.ts';

/**
 * Reads and guarded updates for attempts of which nobody knows whether they became calls.
 * @param db the registry
 */
export function createLostCallStore(db: Kysely<Registry>) {
  return {
    /** Still `dialing` with this attempt, and no webhook has told of its call → decided as providerError. */
    async giveUp(verificationId: string, attemptId: string, errorCode: string, now: Date): Promise<boolean> {
      const row = await db
        .updateTable('verification')
        .set({ state: 'decided', outcome: 'providerError', errorCode, decidedAt: now, wakeAt: now })
        .where('id', '=', verificationId)
        .where('state', '=', 'dialing')
        .where('attemptId', '=', attemptId)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    /** How many attempts of a verification may have become calls that nobody knows of. */
    async countLost(verificationId: string): Promise<number> {
      const row = await db
        .selectFrom('callAttempt')
        .select((build) => build.fn.countAll<number>().as('count'))
        .where('verificationId', '=', verificationId)
        .where('callId', 'is', null)
        .where('endedAt', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },

    /** How many verifications wait to learn whether there is a call from this line to this number. */
    async countInDoubt(phoneNumber: string, lineNumber: string): Promise<number> {
      const row = await db
        .selectFrom('verification')
        .innerJoin('callAttempt', 'callAttempt.id', 'verification.attemptId')
        .select((build) => build.fn.countAll<number>().as('count'))
        .where('verification.state', '=', 'dialing')
        .where('verification.phoneNumber', '=', phoneNumber)
        .where('callAttempt.lineNumber', '=', lineNumber)
        .where('callAttempt.callId', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },

    /** Those of the given call ids that no attempt has noted. */
    async unclaimed(callIds: string[]): Promise<string[]> {
      if (callIds.length === 0) return [];
      const claimed = await db
        .selectFrom('callAttempt')
        .select('callId')
        .where('callId', 'in', callIds)
        .execute();
      const taken = new Set(claimed.map((row) => row.callId));
      return callIds.filter((callId) => !taken.has(callId));
    },
  };
}
