import type { Kysely } from 'kysely';
import { formatLikeGraph } from '../domain/graph-number.ts';
import type { Registry } from '../registry/schema.ts';

/** A verified number of a user, in the shape of Microsoft Graph's phoneAuthenticationMethod. */
export interface PhoneMethod {
  /** UUID. */
  id: string;
  /** `+46 812345678x1234`: country code, space, national digits, and the extension if there is one. */
  phoneNumber: string;
  phoneType: string;
  smsSignInState: string;
  /** When the number was first registered, ISO 8601, UTC. */
  createdDateTime: string;
}

/** Lists the phone methods of one user of one tenant, oldest first; an unknown user has none. */
export function createListPhoneMethods(deps: { db: Kysely<Registry> }) {
  return async (owner: { tenantId: string; userId: string }): Promise<PhoneMethod[]> => {
    const rows = await deps.db
      .selectFrom('phoneMethod')
      .select(['id', 'phoneNumber', 'extension', 'phoneType', 'smsSignInState', 'createdAt'])
      .where('tenantId', '=', owner.tenantId)
      .where('userId', '=', owner.userId)
      .orderBy('createdAt')
      .orderBy('id')
      .execute();
    return rows.map(({ createdAt, extension, ...row }) => ({
      ...row,
      phoneNumber: formatLikeGraph(row.phoneNumber, extension),
      createdDateTime: createdAt.toISOString(),
    }));
  };
}
