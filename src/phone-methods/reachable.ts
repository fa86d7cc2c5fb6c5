import sql from 'sql-template-tag';
import type { PhoneType } from '../domain/phone-type.ts';
import type { User } from '../domain/user.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';

/** A phone that a user may be asked on. */
interface ReachablePhone {
  phoneType: PhoneType;
  /** E.164. */
  phoneNumber: string;
  extension: string | null;
  /** False: an administrator has entered it, and the user registers it by answering. */
  isVerified: boolean;
}

/**
 * Reads the phones that a user has verified, and those that an administrator has entered. One that was registered and has to
 * be registered again is neither: its number is not to be believed.
 */
export function createReachablePhones(run: RunStatement) {
  return ({ tenantId, userId }: User): Promise<ReachablePhone[]> =>
    run<ReachablePhone>(sql`
      select phone_type, phone_number, extension, verified_at is not null as is_verified from phone_method
      where tenant_id = ${tenantId} and user_id = ${userId} and (verified_at is not null or verification_id is null)`);
}
