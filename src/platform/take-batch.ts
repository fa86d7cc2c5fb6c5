/** An item that waits to be done together with others. */
export interface Waiting<Item, Result> {
  item: Item;
  /** What no two items of a batch may have in common. */
  keys: readonly string[];
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Takes out the first item, and those that may go with it, in order of arrival. */
export function takeBatch<Item, Result>(
  waiting: Waiting<Item, Result>[],
  most: number,
): Waiting<Item, Result>[] {
  const taken = new Set<string>();
  const batch: Waiting<Item, Result>[] = [];
  const rest = waiting.splice(0).filter((each) => {
    if (batch.length >= most || each.keys.some((key) => taken.has(key))) return true;
    batch.push(each);
    for (const key of each.keys) taken.add(key);
    return false;
  });
  waiting.push(...rest);
  return batch;
}
