import { describe, expect, test } from 'vitest';
import { OUTCOME_NAMES, OUTCOMES } from '../../../src/journey/outcomes.ts';

/** Every way in which a verification can end, as the design names them. */
const DESIGNED = [
  'approved',
  'fraudReported',
  'wrongDigits',
  'noInput',
  'noAnswer',
  'busy',
  'hungUp',
  'voicemail',
  'invalidNumber',
  'unreachable',
  'undelivered',
  'blocked',
  'canceled',
  'expired',
  'providerError',
];

test('the outcomes are those of the design', () => {
  expect([...OUTCOME_NAMES].sort()).toEqual([...DESIGNED].sort());
});

describe.each(Object.entries(OUTCOMES))('the outcome %s', (name, text) => {
  test('tells user and administrator something of their own, in sentences', () => {
    for (const words of [text.forUser, text.forAdministrator])
      expect(words).toMatch(/^[A-Z][^\n]{15,160}\.$/);
    expect(text.forUser).not.toBe(text.forAdministrator);
  });

  test('keeps the words of the machinery from the user', () => {
    expect(text.forUser).not.toMatch(/webhook|registry|queue|policy|provider|network|Twilio|attempt id/i);
  });

  test('has the nearest reason of Entra, unless there is nothing to deny', () => {
    if (name === 'approved') expect(text.entraReason).toBeNull();
    else expect(text.entraReason).toMatch(/^[a-z][a-zA-Z' ]{8,80}$/);
  });
});

test('no two outcomes say the same to the user', () => {
  const told = Object.values(OUTCOMES).map(({ forUser }) => forUser);
  expect(new Set(told).size).toBe(told.length);
});

test('asking again is advised where it may well succeed', () => {
  const asked = OUTCOME_NAMES.filter((name) => OUTCOMES[name].askAgain).sort();
  const final = ['approved', 'blocked', 'fraudReported', 'invalidNumber'];
  expect(asked).toEqual(DESIGNED.filter((name) => !final.includes(name)).sort());
});
