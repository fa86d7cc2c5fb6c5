/** The result of an item for which nothing was done: it is done by itself, and nothing waits for it. */
export const ALONE = Symbol('alone');

/** Work of one kind, for one item or for several at once. */
export interface GatheredWork<Item, Result> {
  one(item: Item): Promise<Result>;
  /**
   * Does the work for two items or more. Resolves to a result for each, in their order, or to null where nothing was done: then
   * it is done for each by itself, one after the other.
   */
  many(items: Item[]): Promise<(Result | typeof ALONE)[] | null>;
  /** The most items of a batch. */
  most: number;
  /** What no two items of a batch may have in common. */
  keysOf?(item: Item): string[];
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result | Promise<Result>): void;
  reject(error: unknown): void;
}

/**
 * Does work of one kind once at a time: what is asked for while it goes on waits, and is done together next. So nobody waits where
 * there is little to do, and where there is much to do one statement does it for many.
 * @returns a function that resolves to the item's result, or rejects as the work does
 */
export function createGatherWhileBusy<Item, Result>(
  work: GatheredWork<Item, Result>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let isBusy = false;

  async function workOff(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = takeBatch(waiting, work);
      try {
        const results = await resultsOf(work, batch);
        batch.forEach(({ resolve }, index) => void resolve(results[index] as Promise<Result>));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isBusy = false;
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    waiting.push({ item, resolve, reject });
    if (!isBusy) void workOff();
    return promise;
  };
}

/** Takes out the first item, and those that may go with it, in order of arrival. */
function takeBatch<Item, Result>(
  waiting: Waiting<Item, Result>[],
  { most, keysOf }: Pick<GatheredWork<Item, Result>, 'most' | 'keysOf'>,
): Waiting<Item, Result>[] {
  const taken = new Set<string>();
  const batch: Waiting<Item, Result>[] = [];
  const rest = waiting.splice(0).filter((each) => {
    const keys = keysOf?.(each.item) ?? [];
    if (batch.length >= most || keys.some((key) => taken.has(key))) return true;
    batch.push(each);
    for (const key of keys) taken.add(key);
    return false;
  });
  waiting.push(...rest);
  return batch;
}

async function resultsOf<Item, Result>(
  { one, many }: GatheredWork<Item, Result>,
  batch: Waiting<Item, Result>[],
): Promise<Promise<Result>[]> {
  const items = batch.map(({ item }) => item);
  const results = items.length > 1 ? await many(items) : null;
  if (results)
    return items.map((item, place) => {
      const result = results[place] as Result | typeof ALONE;
      return result === ALONE ? one(item) : Promise.resolve(result);
    });
  const alone: Promise<Result>[] = [];
  for (const item of items) {
    const result = one(item);
    alone.push(result);
    await Promise.allSettled([result]);
  }
  return alone;
}
