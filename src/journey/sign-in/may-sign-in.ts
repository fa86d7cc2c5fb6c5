import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { PolicyAt } from '../ports.ts';
import type { UserFacts } from '../store/facts.ts';
import type { Verification } from '../store/rows.ts';
import type { FoundSigner, SignInStore } from '../store/sign-ins.ts';

/** Whether a sign-in by number may still be texted; a decoy always, since nobody is. */
export type MaySignIn = (verification: Verification, facts: UserFacts, now: Date) => Promise<boolean>;

/** Repeats, before a text is sent, what was looked at when it was asked for. */
export function createMaySignIn(deps: { signIns: Pick<SignInStore, 'find'>; policyAt: PolicyAt }): MaySignIn {
  return async function maySignIn(verification, { policyVersion }, now) {
    const { decoy, tenantId, userId, phoneNumber, createdAt } = verification;
    if (decoy !== null) return true;
    const policy = await deps.policyAt(tenantId, policyVersion);
    if (refusePolicy(policy)) return false;
    const wanted = { tenantId, e164: phoneNumber, wrongCodesKey: '' };
    const found = await deps.signIns.find(wanted, policy.smsSignIn.unusedDays, now);
    // A number that has become a user name again since is another user name, as for the statement that begins an attempt.
    const isSame = found.signInEnabledAt !== null && found.signInEnabledAt <= createdAt;
    return whyDecoy(found) === null && isSame && found.userId === userId && found.phoneNumber === phoneNumber;
  };
}

/** The error for a tenant whose people do not sign in with their numbers; null: they do. */
export function refusePolicy({
  smsSignIn,
  mobilePhone,
  textMessage,
}: Pick<TenantPolicy, 'smsSignIn' | 'mobilePhone' | 'textMessage'>): ServiceError | null {
  if (!smsSignIn.allowed) return refused('policy.smsSignInRefused', 'signing in with a phone number');
  if (!mobilePhone.allowed) return refused('policy.mobilePhoneRefused', 'mobile phones');
  return textMessage.allowed ? null : refused('policy.textMessageRefused', 'text messages');
}

function refused(
  code: 'policy.smsSignInRefused' | 'policy.mobilePhoneRefused' | 'policy.textMessageRefused',
  what: string,
): ServiceError {
  const detail = `The policy of this tenant does not allow ${what}. Ask its administrator to change that.`;
  return new ServiceError(code, detail);
}

/** Why a number signs nobody in; null: it signs its user in. Operators read it, and nobody else. */
export function whyDecoy(found: FoundSigner): string | null {
  if (found.userId === null) return 'unknownNumber';
  if (found.isBlocked) return 'userBlocked';
  if (!found.signsIn) return 'unused';
  return found.isLocked ? 'challengeLocked' : null;
}
