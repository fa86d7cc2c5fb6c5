import { expect, test } from 'vitest';
import type { PhoneType } from '../../../src/domain/phone-type.ts';
import {
  type MethodAction,
  type MethodState,
  reasonsAgainst,
  refusalOf,
} from '../../../src/phone-methods/rules.ts';

const allows = { officePhones: true, smsSignIn: true };
const phone = (phoneType: PhoneType, state: 'default' | 'verified' | 'entered'): MethodState => ({
  id: phoneType,
  phoneType,
  isDefault: state === 'default',
  isVerified: state !== 'entered',
});
const [office, mobile, alternate] = [
  phone('office', 'default'),
  phone('mobile', 'verified'),
  phone('alternateMobile', 'entered'),
];

test.each<[MethodAction, MethodState, MethodState[], string[]]>([
  ['remove', office, [office], []],
  ['remove', office, [office, alternate], []],
  ['remove', office, [office, mobile], ['phoneMethod.isDefault']],
  ['change', office, [office, mobile], ['phoneMethod.isDefault']],
  ['change', office, [office, alternate], []],
  ['remove', mobile, [office, mobile], []],
  ['remove', mobile, [office, mobile, alternate], ['phoneMethod.mobileNeeded']],
  ['change', mobile, [office, mobile, alternate], []],
  ['setDefault', mobile, [office, mobile], []],
  ['setDefault', office, [office, mobile], []],
  ['setDefault', alternate, [office, mobile, alternate], ['phoneMethod.notVerified']],
])('%s %o among %o', (action, method, all, codes) => {
  expect(reasonsAgainst(action, { method, all, allows }).map(({ code }) => code)).toEqual(codes);
});

test('every reason is named where there are several, with who can change it', () => {
  const both = [phone('mobile', 'default'), phone('office', 'verified'), alternate] as const;
  const reasons = reasonsAgainst('remove', { method: both[0], all: both, allows });
  expect(reasons.map(({ code, changeableBy }) => [code, changeableBy])).toEqual([
    ['phoneMethod.isDefault', 'user'],
    ['phoneMethod.mobileNeeded', 'user'],
  ]);
  const none = { officePhones: false, smsSignIn: false };
  const refused = reasonsAgainst('change', { method: office, all: [office], allows: none });
  expect(refused).toMatchObject([{ code: 'policy.officePhoneRefused', changeableBy: 'administrator' }]);
});

test('a number becomes a user name only if it is a verified mobile that nobody else signs in with', () => {
  const codes = (action: MethodAction, method: MethodState, smsSignIn = true) =>
    reasonsAgainst(action, { method, all: [method], allows: { officePhones: true, smsSignIn } }).map(
      ({ code, changeableBy }) => `${code} ${changeableBy}`,
    );
  const entered = phone('mobile', 'entered');
  const inUse = { isInUse: true };
  const notSupported = ['phoneMethod.smsSignInNotSupported user'];
  for (const action of ['enableSmsSignIn', 'disableSmsSignIn'] as const)
    for (const other of [office, alternate, { ...office, ...inUse }])
      for (const allowed of [true, false]) expect(codes(action, other, allowed)).toEqual(notSupported);
  expect(codes('enableSmsSignIn', mobile)).toEqual([]);
  expect(codes('enableSmsSignIn', { ...mobile, ...inUse }, false)).toEqual([
    'policy.smsSignInRefused administrator',
    'phoneMethod.numberInUse administrator',
  ]);
  // Whether a number is in use is not said to somebody who only typed it.
  expect(codes('enableSmsSignIn', { ...entered, ...inUse })).toEqual(['phoneMethod.notVerified user']);
  for (const method of [mobile, entered, { ...mobile, ...inUse }])
    for (const allowed of [true, false]) expect(codes('disableSmsSignIn', method, allowed)).toEqual([]);
});

test('a phone that there is not is not found', () => {
  expect(refusalOf('remove', 'other', [office]).code).toBe('phoneMethod.notFound');
  expect(refusalOf('remove', 'office', [office, mobile]).code).toBe('phoneMethod.isDefault');
});
