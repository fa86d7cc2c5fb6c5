/**
 * Sets an entry as the newest of a map, and forgets the oldest when there are more than `most`.
 * @param map in the order of when its entries were set last
 */
export function keepNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
