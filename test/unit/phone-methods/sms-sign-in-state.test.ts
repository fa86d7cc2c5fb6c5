import { expect, test } from 'vitest';
import { PHONE_TYPES, type PhoneType } from '../../../src/domain/phone-type.ts';
import { smsSignInState } from '../../../src/phone-methods/sms-sign-in-state.ts';

/** Everything but the type of the phone: `pvur` is allowed by the policy, verified, in use by another user, ready. */
const MOBILE: Record<string, string> = {
  '----': 'notAllowedByPolicy',
  '---r': 'notAllowedByPolicy',
  '--u-': 'notAllowedByPolicy',
  '--ur': 'notAllowedByPolicy',
  '-v--': 'notAllowedByPolicy',
  '-v-r': 'notAllowedByPolicy',
  '-vu-': 'notAllowedByPolicy',
  '-vur': 'notAllowedByPolicy',
  'p---': 'notConfigured',
  'p--r': 'notConfigured',
  'p-u-': 'notConfigured',
  'p-ur': 'notConfigured',
  'pv--': 'notEnabled',
  'pv-r': 'ready',
  'pvu-': 'phoneNumberNotUnique',
  pvur: 'phoneNumberNotUnique',
};

const stateOf = (phoneType: PhoneType, row: string) =>
  smsSignInState({
    phoneType,
    isAllowed: row[0] === 'p',
    isVerified: row[1] === 'v',
    isInUse: row[2] === 'u',
    signsIn: row[3] === 'r',
  });

test('every case of a mobile has its state', () => {
  expect(Object.keys(MOBILE)).toHaveLength(2 ** 4);
  for (const [row, state] of Object.entries(MOBILE))
    expect([row, stateOf('mobile', row)]).toEqual([row, state]);
});

test('no other phone is a user name, whatever else holds', () => {
  for (const phoneType of PHONE_TYPES.filter((type) => type !== 'mobile'))
    for (const row of Object.keys(MOBILE)) expect(stateOf(phoneType, row)).toBe('notSupported');
});
