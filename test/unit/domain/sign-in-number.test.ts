// The number that somebody types as user name: the other form of a mobile's number is the same telephone, a landline none.
import { expect, test } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { calledFormOf, formsOf, parseSignInNumber } from '../../../src/domain/sign-in-number.ts';
import { ServiceError } from '../../../src/errors.ts';

const POLICY = parsePolicy({}, 'Contoso');
const parse = (number: string, country?: string) => parseSignInNumber({ number, country }, POLICY);
function refusalOf(...typed: Parameters<typeof parse>) {
  try {
    return `${typed[0]} was read as ${parse(...typed).e164}`;
  } catch (error) {
    return error instanceof ServiceError ? error.code : error;
  }
}

test.each([
  ['Brazil, eight digits', '+551181234567', '+5511981234567'],
  ['Brazil, eight digits from 6 on', '+552161234567', '+5521961234567'],
  ['Mexico, with the 1', '+5215512345678', '+525512345678'],
  ['Argentina, without the 9', '+541123456789', '+5491123456789'],
])('%s: %s is called as %s', (_, older, called) => {
  expect(calledFormOf(older)).toBe(called);
  expect(calledFormOf(called)).toBe(called);
  expect(parse(older).e164).toBe(called);
  expect(formsOf(older).toSorted()).toEqual([older, called].toSorted());
  expect(formsOf(called)).toEqual([called, older]);
});

test.each([
  ['a landline of Brazil', '+551131234567'],
  ['nine digits in Brazil', '+5511981234567'],
  ['a number of Mexico without the 1', '+525512345678'],
  ['Argentina with the 9', '+5491123456789'],
  ['Sweden', '+46701234567'],
  ['what only begins like Mexico', '+52155123456'],
  ['nothing', ''],
])('%s stays as it is', (_, number) => {
  expect(calledFormOf(number)).toBe(number);
});

test('a number of one form only has one', () => {
  expect(formsOf('+46701234567')).toEqual(['+46701234567']);
  expect(formsOf('+551131234567')).toEqual(['+551131234567']);
});

test.each([
  ['+46 70-123 45 67', undefined, '+46701234567'],
  ['070-123 45 67', 'SE', '+46701234567'],
  ['11 8123-4567', 'BR', '+5511981234567'],
  ['+44 7400 123456', undefined, '+447400123456'],
])('%s (%s) is %s', (number, country, e164) => {
  expect(parse(number, country)).toMatchObject({ e164, extension: null });
});

test.each([
  ['number.invalid', '070-123 45 67', undefined],
  ['number.invalid', '+467', undefined],
  ['number.invalid', 'erika', 'SE'],
  ['number.typeRefused', '+46 8 123 456 78', undefined],
  ['number.typeRefused', '+55 11 3123-4567', undefined],
  ['number.extensionUnsupported', '+46701234567 ext. 12', undefined],
])('%s: %s', (code, number, country) => {
  expect(refusalOf(number, country)).toBe(code);
});
