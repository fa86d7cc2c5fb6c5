import sql from 'sql-template-tag';
import { signsIn } from '../domain/signs-in.ts';
import type { ReadDeps } from './list.ts';

/** A user whose number is enabled as user name. */
export interface SignInHolder {
  userId: string;
  phoneMethodId: string;
  /** E.164; it may be another form of the number that was asked for. */
  phoneNumber: string;
  enabledAt: Date;
  /** When somebody last signed in with it; null: nobody has. */
  usedAt: Date | null;
  /** Since when another user has proved to have it, too; null: none has. */
  contestedAt: Date | null;
  /** Whether it was enabled, used or verified in the time that the policy names. */
  signsIn: boolean;
}

/** Finds whose user name a number is, for those who run the service; whoever enables a number is not told. */
export function createSignInHolders({ run, clock, policyOf }: ReadDeps) {
  /** @param numbers E.164, each that was meant */
  return async (tenantId: string, numbers: readonly string[]): Promise<SignInHolder[]> => {
    const { smsSignIn } = await policyOf(tenantId);
    return run<SignInHolder>(sql`
      select m.user_id, m.id as phone_method_id, m.phone_number, m.sign_in_enabled_at as enabled_at,
        m.sign_in_used_at as used_at, m.sign_in_contested_at as contested_at,
        ${signsIn(clock.now(), smsSignIn.unusedDays)} as signs_in
      from phone_method m where m.tenant_id = ${tenantId} and m.sign_in_enabled_at is not null
        and sign_in_key(m.phone_number) = any (array(select sign_in_key(n) from unnest(${[...numbers]}::text[]) n))
      order by m.user_id`);
  };
}
