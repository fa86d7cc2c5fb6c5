// The code of a text message: six digits, each equally likely, the same for each text of a verification and for no other.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCodes } from '../../../../src/journey/text/code.ts';

const ring = (key = randomBytes(32)) => ({ currentId: 'k1', keys: new Map([['k1', createSecretKey(key)]]) });
const codes = createCodes(ring());
const of = (changes: Partial<Parameters<typeof codes.codeOf>[0]> = {}) => ({
  ...{
    id: randomUUID(),
    purpose: 'register' as const,
    phoneNumber: '+46701234567',
    codeSeed: codes.newSeed(),
  },
  ...changes,
});

test('it is the same six digits each time, with zeros at the beginning', () => {
  const made = Array.from({ length: 2_000 }, () => of());
  const all = made.map((each) => codes.codeOf(each));
  expect(all.every((code) => /^\d{6}$/.test(code))).toBe(true);
  expect(made.map((each) => codes.codeOf(each))).toEqual(all);
  // A tenth is expected, and the standard deviation is 13.
  const withZero = all.filter((code) => code.startsWith('0')).length;
  expect(withZero).toBeGreaterThan(120);
  expect(withZero).toBeLessThan(280);
});

test('it is another one of another verification, number, purpose or seed', () => {
  for (const change of [
    { id: randomUUID() },
    { phoneNumber: '+46701234568' },
    { purpose: 'signIn' as const },
    { codeSeed: codes.newSeed() },
  ]) {
    const pairs = Array.from({ length: 300 }, () => of());
    const same = pairs.filter((each) => codes.codeOf(each) === codes.codeOf({ ...each, ...change }));
    expect(same.length).toBeLessThanOrEqual(1);
  }
});

test('it cannot be computed from the row without the key', () => {
  const rows = Array.from({ length: 1_000 }, () => of());
  for (const key of [Buffer.alloc(32), randomBytes(32)]) {
    const guesser = createCodes(ring(key));
    const guessed = rows.filter((row) => guesser.codeOf(row) === codes.codeOf(row));
    expect(guessed.length).toBeLessThanOrEqual(1);
  }
});

test('it is an error without a seed, and without the key of the seed', () => {
  expect(() => codes.codeOf(of({ codeSeed: null }))).toThrow(/no seed/);
  expect(() => createCodes(ring()).codeOf(of({ codeSeed: 'gone.c2VlZA' }))).toThrow();
});
