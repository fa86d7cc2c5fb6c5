/** The value that a record itself holds under a key; names that every object inherits, such as `constructor`, are not in it. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
