import { expect, test } from 'vitest';
import type { PhoneType } from '../../../src/domain/phone-type.ts';
import {
  type MethodAction,
  type MethodState,
  reasonsAgainst,
  refusalOf,
} from '../../../src/phone-methods/rules.ts';

const phone = (phoneType: PhoneType, state: 'default' | 'verified' | 'entered'): MethodState => ({
  id: phoneType,
  phoneType,
  isDefault: state === 'default',
  isVerified: state !== 'entered',
});
const policy = { officePhone: { allowed: true }, mobilePhone: { allowed: true } };
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
  expect(reasonsAgainst(action, { method, all, policy }).map(({ code }) => code)).toEqual(codes);
});

test('every reason is named where there are several, with who can change it', () => {
  const both = [phone('mobile', 'default'), phone('office', 'verified'), alternate] as const;
  const reasons = reasonsAgainst('remove', { method: both[0], all: both, policy });
  expect(reasons.map(({ code, changeableBy }) => [code, changeableBy])).toEqual([
    ['phoneMethod.isDefault', 'user'],
    ['phoneMethod.mobileNeeded', 'user'],
  ]);
  const refused = reasonsAgainst('change', {
    ...{ method: office, all: [office] },
    policy: { ...policy, officePhone: { allowed: false } },
  });
  expect(refused).toMatchObject([{ code: 'policy.officePhoneRefused', changeableBy: 'administrator' }]);
  const noMobiles = reasonsAgainst('change', {
    ...{ method: mobile, all: [office, mobile] },
    policy: { ...policy, mobilePhone: { allowed: false } },
  });
  expect(noMobiles).toMatchObject([{ code: 'policy.mobilePhoneRefused', changeableBy: 'administrator' }]);
});

test('a phone that there is not is not found', () => {
  expect(refusalOf('remove', 'other', [office]).code).toBe('phoneMethod.notFound');
  expect(refusalOf('remove', 'office', [office, mobile]).code).toBe('phoneMethod.isDefault');
});
