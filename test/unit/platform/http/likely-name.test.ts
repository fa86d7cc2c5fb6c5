import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fieldProblems } from '../../../../src/platform/http/field-problems.ts';
import { alsoCalled } from '../../../../src/platform/http/known-fields.ts';
import { likelyName } from '../../../../src/platform/http/likely-name.ts';

const names = new Map([
  ['species', ['kind']],
  ['seenAt', []],
  ['url', []],
]);

describe('the likely name', () => {
  test.each([
    ['Species', 'species'],
    ['KIND', 'species'],
    ['seen_at', 'seenAt'],
    ['seen-at', 'seenAt'],
    ['spceies', 'species'],
    ['specie', 'species'],
    ['uri', 'url'],
  ])('of %s is %s', (given, meant) => {
    expect(likelyName(given, names)).toBe(meant);
  });

  test.each(['', 'x', 'wings', 'ul', 'urinal', 'sp', '__proto__', 'constructor', 's'.repeat(100)])(
    'of %j is none',
    (given) => {
      expect(likelyName(given, names)).toBeUndefined();
    },
  );
});

test('is looked for where the unknown field stands', () => {
  const bird = z.strictObject({
    species: z
      .string()
      .register(alsoCalled, { names: ['kind'] })
      .meta({ title: 'S' })
      .optional(),
  });
  const schema = z
    .strictObject({
      first: bird.nullable().optional(),
      birds: z.array(bird).default([]),
      byName: z.record(z.string(), bird).prefault({}),
    })
    .refine(() => true);
  const { error } = schema.safeParse({
    first: { kind: 1 },
    birds: [{}, { specis: 1 }],
    byName: { a: { Kind: 1 } },
    bird: 1,
  });
  const rule = (meant: string) => `This field is not known. Did you mean ${meant}?`;
  expect(error && fieldProblems(error, schema)).toEqual([
    { field: '/first/kind', rule: rule('species') },
    { field: '/birds/1/specis', rule: rule('species') },
    { field: '/byName/a/Kind', rule: rule('species') },
    { field: '/bird', rule: rule('birds') },
  ]);
});
