// Two numbers have one key in the registry exactly where they are called as the same number: whoever signs in with one form
// is looked for by that key, and texted at the number as it is called.
import { type CountryCode, getCountries, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { calledFormOf } from '../../src/domain/sign-in-number.ts';
import { chanceFrom } from '../support/chance.ts';
import { worldOn } from '../support/open-worlds.ts';

const { world } = worldOn('embedded');

/** Countries whose mobiles have two forms, and what is like them and has one. */
const PREFIXES = ['+52', '+54', '+55', '+5', '+51', '+1', '+46'];
const LENGTHS = [8, 9, 10, 11, 12];

/** Every beginning of three digits, in every length. */
function numbers(): string[] {
  const chance = chanceFrom(18);
  const rest = (length: number) => Array.from({ length }, () => chance.upTo(10)).join('');
  const made = PREFIXES.flatMap((prefix) =>
    LENGTHS.flatMap((length) =>
      Array.from({ length: 1000 }, (_, n) => `${prefix}${String(n).padStart(3, '0')}${rest(length - 3)}`),
    ),
  );
  const ofCountries = getCountries().flatMap((country: CountryCode) => {
    const example = getExampleNumber(country, examples);
    return example ? [example.number] : [];
  });
  return [...made, ...ofCountries];
}

async function keysOf(of: readonly string[]): Promise<string[]> {
  const list = JSON.stringify(of);
  const rows = await world.service.stores.database.run<{ key: string }>({
    text: `select sign_in_key(number) as key
      from jsonb_array_elements_text($1::jsonb) with ordinality n(number, place) order by place`,
    values: [list],
  });
  return rows.map(({ key }) => key);
}

test('the registry and the reading of typed numbers agree about which numbers are one', async () => {
  const all = numbers();
  const called = all.map(calledFormOf);
  const [keys, keysOfCalled] = [await keysOf(all), await keysOf(called)];
  // What is called as one number has one key ...
  expect(all.filter((_, n) => keys[n] !== keysOfCalled[n])).toEqual([]);
  // ... and what has one key is called as one number.
  expect(all.filter((_, n) => calledFormOf(keys[n] ?? '') !== called[n])).toEqual([]);
  const folded = all.filter((number, n) => number !== keys[n]);
  expect(folded.length).toBeGreaterThan(200);
  expect(new Set(folded.map((number) => number.slice(0, 3)))).toEqual(new Set(['+52', '+54', '+55']));
});
