import sql, { raw, type Sql } from 'sql-template-tag';
import { isRegisteredPhone } from '../domain/user-conditions.ts';

/** Whether the phone `m` is the one that the verification `v` reached, verified before that and not since. */
export const IS_ITS_PHONE = raw(`m.tenant_id = v.tenant_id and m.user_id = v.user_id
  and m.phone_number = v.phone_number and m.extension is not distinct from v.extension
  and m.verified_at <= v.decided_at`);

/** Whether the phone `m`, with whose number the verification `v` signed somebody in, has been a user name since before. */
export const IS_USER_NAME = raw('(v.sign_in is null or m.sign_in_enabled_at <= v.created_at)');

/** Whether an assertion about the verification `v` was issued. */
export const IS_ASSERTED = sql`exists (select from sign_in_assertion a where a.verification_id = v.id)`;

/** Whether nobody reported fraud from a phone of the user's own since the decision of the verification `v`. */
const NO_FRAUD = sql`not exists (select from verification f
  where f.tenant_id = v.tenant_id and f.user_id = v.user_id and f.outcome = 'fraudReported'
    and f.decided_at >= v.decided_at and f.created_at > v.decided_at - interval '1 day'
    and ${isRegisteredPhone('f')})`;

/**
 * Whether the user of the verification `v` is not blocked, was not blocked since its decision, and nobody reported fraud
 * since then. A block ends what was open before it, however short it is.
 */
export function userIsTrusted(now: Date): Sql {
  return sql`not exists (select from user_block b where b.tenant_id = v.tenant_id and b.user_id = v.user_id
      and (b.created_at >= v.decided_at or b.expires_at is null or b.expires_at > ${now}))
    and ${NO_FRAUD}`;
}
