// The code in a message is read digit by digit; where nobody can say which digits it is, nothing changes.
import { expect, it } from 'vitest';
import { paceDigits } from '../../../../src/journey/deliver/pace-digits.ts';

it.each([
  ['Use 482913 as your code.', 'Use 4, 8, 2, 9, 1, 3 as your code.'],
  ['1234', '1, 2, 3, 4'],
  ['Code: 12345678!', 'Code: 1, 2, 3, 4, 5, 6, 7, 8!'],
  ['Your code: 4 8 2 9 1 3.', 'Your code: 4, 8, 2, 9, 1, 3.'],
  ['Your code: 4, 8, 2, 9, 1, 3.', 'Your code: 4, 8, 2, 9, 1, 3.'],
  ['Your code: 4-8-2-9.', 'Your code: 4, 8, 2, 9.'],
  ['رمزك هو ٤٨٢٩١٣.', 'رمزك هو ٤, ٨, ٢, ٩, ١, ٣.'],
  ['आपका कोड ४८२९१३ है', 'आपका कोड ४, ८, २, ९, १, ३ है'],
  ['$& 4821 $1', '$& 4, 8, 2, 1 $1'],
])('parts the digits of %j', (message, text) => {
  expect(paceDigits(message)).toEqual({ text, isFound: true });
});

it.each([
  ['no digits', 'Press the key.'],
  ['too few digits', 'Code 123.'],
  ['too many digits', 'Call 123456789.'],
  ['two codes', 'Use 4829 or 1357.'],
  ['a code and a year', 'In 2026 use 482913.'],
])('leaves a message with %s as it is', (_what, message) => {
  expect(paceDigits(message)).toEqual({ text: message, isFound: false });
});
