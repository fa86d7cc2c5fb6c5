import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import type { PhoneMethod } from './list.ts';
import { type Reason, SMS_SIGN_IN_REFUSED } from './rules.ts';
import { type SmsSignInState, smsSignInState } from './sms-sign-in-state.ts';

/** Whether a user could sign in with a number, for a page that offers it. */
export interface SmsSignIn {
  smsSignInState: SmsSignInState;
  /** Whether nothing is missing but that the user wants it. */
  canBeEnabled: boolean;
  /** The mobile of the user that it is about, and its number as Microsoft Graph writes it; null: there is none. */
  phoneMethodId: string | null;
  phoneNumber: string | null;
  /** Every reason why it cannot be enabled. */
  reasons: Reason[];
}

const NO_MOBILE: Reason = {
  code: 'number.notRegistered',
  text: 'The user has no mobile. Register one first.',
  changeableBy: 'user',
};

/**
 * Reads what a page says about signing in with a number. A user who is not known is as one without phones.
 * @param deps.list the user's phones
 */
export function createReadSmsSignIn({
  list,
  policyOf,
}: {
  list: (user: User) => Promise<PhoneMethod[]>;
  policyOf: (tenantId: string) => Promise<Pick<TenantPolicy, 'smsSignIn'>>;
}) {
  return async (user: User): Promise<SmsSignIn> => {
    const mobile = (await list(user)).find(({ phoneType }) => phoneType === 'mobile');
    if (!mobile) return withoutMobile(await policyOf(user.tenantId));
    const { id, phoneNumber, smsSignInState: state, actions } = mobile;
    return {
      smsSignInState: state,
      canBeEnabled: state === 'notEnabled',
      ...{ phoneMethodId: id, phoneNumber, reasons: actions.enableSmsSignIn.reasons },
    };
  };
}

function withoutMobile(policy: Pick<TenantPolicy, 'smsSignIn'>): SmsSignIn {
  const isAllowed = policy.smsSignIn.allowed;
  const none = { phoneType: 'mobile', isAllowed, isVerified: false, isInUse: false, signsIn: false } as const;
  return {
    smsSignInState: smsSignInState(none),
    canBeEnabled: false,
    ...{
      phoneMethodId: null,
      phoneNumber: null,
      reasons: isAllowed ? [NO_MOBILE] : [SMS_SIGN_IN_REFUSED, NO_MOBILE],
    },
  };
}
