import { expect, test } from 'vitest';
import { spreadsheetDamage } from '../../../src/domain/spreadsheet-damage.ts';

test.each([
  ['4.68E+10', undefined, 'rounded'],
  ['4,68E+10', 'SE', 'rounded'],
  ['4.68123e10', undefined, 'rounded'],
  ["'+46812345678", undefined, 'apostrophe'],
  ['’08-12345678', 'SE', 'apostrophe'],
  ['=46812345678', undefined, 'formula'],
  ['46812345678.0', 'SE', 'decimals'],
  ['46812345678,00', undefined, 'decimals'],
  ['46812345678', undefined, 'country code (that of SE)'],
  ['46\u20098\u200912345678', undefined, 'country code (that of SE)'],
  ['1 202 555 0123', undefined, 'country code (that of US)'],
] as const)('%s beside %s is damaged', (typed, country, says) => {
  expect(spreadsheetDamage(typed, country)).toContain(says);
});

test.each([
  ['+46812345678', undefined],
  ['+46\u20098\u200912\u200934\u200956\u200978', undefined],
  ['08-12 34 56 78', 'SE'],
  ['8 12345678', 'SE'],
  ['46812345678', 'SE'],
  ['0046812345678', undefined],
  ['12345', undefined],
  ['', undefined],
] as const)('%s beside %s is not', (typed, country) => {
  expect(spreadsheetDamage(typed, country)).toBeNull();
});
