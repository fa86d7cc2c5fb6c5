import { expect, test } from 'vitest';
import { findJsonFault } from '../../../../src/platform/http/json-fault.ts';

test.each<[text: string, line: number, column: number, expected: RegExp]>([
  ['', 1, 1, /^a value/],
  ['hello', 1, 1, /^a value/],
  ['{', 1, 2, /name .* or }/],
  ['{"userId":', 1, 11, /^a value/],
  ['{"userId": u-1}', 1, 12, /^a value/],
  ["{'userId': 'u-1'}", 1, 2, /name in double quotes/],
  ['{userId: "u-1"}', 1, 2, /name in double quotes/],
  ['{"userId" "u-1"}', 1, 11, /colon/],
  ['{"userId": "u-1",}', 1, 18, /name in double quotes/],
  ['{"userId": "u-1" "number": "1"}', 1, 18, /comma or }/],
  ['{\n  "userId": "u-1"\n  "number": "1"\n}', 3, 3, /comma or }/],
  ['{"userId": "u-1"', 1, 17, /comma or }/],
  ['{"userId": "u-1', 1, 12, /double quote/],
  ['{"userId": "u\n1"}', 1, 12, /double quote/],
  ['{"userId": "\\x41"}', 1, 12, /double quote/],
  ['[1, 2', 1, 6, /comma or \]/],
  ['[1, ]', 1, 5, /^a value/],
  ['[1}', 1, 3, /comma or \]/],
  ['{"a": 01}', 1, 7, /^a value/],
  ['{"a": +1}', 1, 7, /^a value/],
  ['{"a": .5}', 1, 7, /^a value/],
  ['{"a": 1.}', 1, 7, /^a value/],
  ['{"a": NaN}', 1, 7, /^a value/],
  ['{"a": True}', 1, 7, /^a value/],
  ['{"a": nullx}', 1, 7, /^a value/],
  ['{} {}', 1, 4, /nothing more/],
  ['{}}', 1, 3, /nothing more/],
  ['{"a": "å☎📞" x}', 1, 13, /comma or }/],
  ['\ufeff{}', 1, 1, /^a value/],
  ['{"a": 1} // comment', 1, 10, /nothing more/],
])('%j is no JSON at line %i, column %i', (text, line, column, expected) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findJsonFault(text)).toEqual({ line, column, expected: expect.stringMatching(expected) });
});

test.each([
  '{}',
  ' [ ] ',
  'null',
  '-0',
  '1.5e+7',
  '"\\u00e5\\n\\""',
  '{"a":{"b":[1,[],{"c":true}]},"d":null}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
])('%j is JSON', (text) => {
  expect(() => JSON.parse(text)).not.toThrow();
  expect(findJsonFault(text)).toBeUndefined();
});
