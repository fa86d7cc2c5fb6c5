import { expect, test } from 'vitest';
import { codeIn } from '../../../src/self-service/typed-code.ts';

test.each<[typed: string, code: string | null]>([
  ['224031', '224031'],
  ['224 031', '224031'],
  ['Your code: 224 031.', '224031'],
  ['Contoso: 224-031 is your code', '224031'],
  ['Your code is 224031\n\n@mfa.contoso.example #224031', '224031'],
  ['Call 070 174 06 51', null],
  ['+46 701 740 651', null],
  ['22403', null],
  ['no digits', null],
])('in %j the code is %j', (typed, code) => {
  expect(codeIn(typed)).toBe(code);
});
