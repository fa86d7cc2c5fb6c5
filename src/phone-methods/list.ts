import type { Kysely } from 'kysely';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Registry } from '../registry/schema.ts';

/** A verified number of a user, in the shape of Microsoft Graph's phoneAuthenticationMethod. */
export interface PhoneMethod {
  /** UUID. */
  id: string;
  /** `+46 812345678`: country code, space, national digits. */
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
      .select(['id', 'phoneNumber', 'phoneType', 'smsSignInState', 'createdAt'])
      .where('tenantId', '=', owner.tenantId)
      .where('userId', '=', owner.userId)
      .orderBy('createdAt')
      .orderBy('id')
      .execute();
    return rows.map(({ createdAt, ...row }) => ({
      ...row,
      phoneNumber: formatLikeGraph(row.phoneNumber),
      createdDateTime: createdAt.toISOString(),
    }));
  };
}

/**
 * An E.164 number as Microsoft Graph writes it (phoneAuthenticationMethod, `phoneNumber`: "+{country code} {number}").
 * A number whose country code libphonenumber does not know stays as it is.
 */
function formatLikeGraph(e164: string): string {
  const number = parsePhoneNumberFromString(e164, { extract: false });
  if (!number) return e164;
  const national = e164.slice(1 + number.countryCallingCode.length);
  return `+${number.countryCallingCode} ${national}`;
}
