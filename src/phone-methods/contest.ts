import sql from 'sql-template-tag';
import type { TenantPolicy } from '../domain/policy.ts';
import { signsIn } from '../domain/signs-in.ts';
import type { User } from '../domain/user.ts';
import type { ChangeDeps } from './ports.ts';
import { said } from './sms-sign-in.ts';

/**
 * A user has just proved to have the number of a mobile. If it is the user name of another one, who proved it before, the
 * tenant is told about that other one, once, who keeps it. A statement of its own, after the one that registers the phone:
 * who holds the row of one user's phone must not ask for that of another's.
 */
export function createContestSignIn({
  run,
  clock,
  by,
  tell,
}: Pick<ChangeDeps, 'run' | 'clock' | 'by' | 'tell'>) {
  return async (
    { tenantId, userId }: User,
    { unusedDays }: Pick<TenantPolicy['smsSignIn'], 'unusedDays'>,
  ): Promise<void> => {
    const now = clock.now();
    await run(sql`
      with contested as (
        update phone_method m set sign_in_contested_at = ${now}::timestamptz
        from phone_method w
        where w.tenant_id = ${tenantId} and w.user_id = ${userId} and w.phone_type = 'mobile'
          and m.tenant_id = w.tenant_id and m.user_id <> w.user_id
          and sign_in_key(m.phone_number) = sign_in_key(w.phone_number) and ${signsIn(now, unusedDays)}
          and w.verified_at > m.verified_at and m.sign_in_contested_at is null
        returning m.*),
      ${said([{ type: 'phoneMethod.smsSignInContested', from: sql`contested` }], { by, tell }, now)}
      select 1`);
  };
}
