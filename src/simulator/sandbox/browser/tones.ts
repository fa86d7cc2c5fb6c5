/** The two frequencies of each key, Hz (ITU-T Q.23). */

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477] as const;
const KEYS = '123456789*0#';

/** The row's and the column's frequency; null for what is no key. */
export function tonesOf(key: string): readonly [number, number] | null {
  const place = KEYS.indexOf(key);
  if (place === -1 || key.length !== 1) return null;
  return [ROWS[Math.floor(place / 3)] ?? 0, COLUMNS[place % 3] ?? 0];
}
