import sql from 'sql-template-tag';
import type { User } from '../../domain/user.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** Everything that the registry knows about a user when something is requested, read in one statement. */
export interface UserFacts extends User {
  /** The version of the tenant's policy that counts. */
  policyVersion: number;
  blocked: boolean;
  /** Null: until somebody unblocks. */
  blockedUntil: Date | null;
  /** The language that the user wants, or null. */
  locale: string | null;
  /** Whether the tenant set a PIN for the user. */
  hasPin: boolean;
  /** How many app passwords the user has that are not revoked. */
  appPasswords: number;
  /** The office phone that the user has registered: E.164, and the extension if it has one. */
  officePhone: { phoneNumber: string; extension: string | null } | null;
}

/** Reads the facts about a user; null when there is no such tenant. */
export type ReadFacts = (user: User, now: Date) => Promise<UserFacts | null>;

interface Row extends Omit<UserFacts, 'officePhone'> {
  officeNumber: string | null;
  officeExtension: string | null;
}

/** @param run runs a statement on the registry */
export function createReadFacts(run: RunStatement): ReadFacts {
  return async ({ tenantId, userId }, now) => {
    const [row] = await run<Row>(sql`
      select t.id as tenant_id, ${userId}::text as user_id, t.policy_version, b.user_id is not null as blocked,
        b.expires_at as blocked_until, p.locale, p.pin_hash is not null as has_pin,
        (select count(*) from app_password w
          where w.tenant_id = t.id and w.user_id = ${userId} and w.revoked_at is null) as app_passwords,
        m.phone_number as office_number, m.extension as office_extension
      from tenant t
        left join user_block b on b.tenant_id = t.id and b.user_id = ${userId}
          and (b.expires_at is null or b.expires_at > ${now})
        left join user_profile p on p.tenant_id = t.id and p.user_id = ${userId}
        left join phone_method m on m.tenant_id = t.id and m.user_id = ${userId} and m.phone_type = 'office'
      where t.id = ${tenantId}`);
    if (!row) return null;
    const { officeNumber, officeExtension: extension, ...facts } = row;
    return { ...facts, officePhone: officeNumber === null ? null : { phoneNumber: officeNumber, extension } };
  };
}
