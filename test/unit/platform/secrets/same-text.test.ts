import { expect, it } from 'vitest';
import { isSameText } from '../../../../src/platform/secrets/same-text.ts';

it.each([
  ['271828', '271828', true],
  ['271829', '271828', false],
  ['27182', '271828', false],
  ['', '', true],
  // As many characters, and more bytes.
  ['27182é', '271828', false],
])('%o compared with %o: %o', (given, right, isSame) => {
  expect(isSameText(given, right)).toBe(isSame);
});
