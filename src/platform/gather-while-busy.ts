import { endsWithin } from './in-time.ts';
import { takeBatch, type Waiting } from './take-batch.ts';

/** The result of an item for which nothing was done: it is done by itself, and nothing waits for it. */
export const ALONE = Symbol('alone');

/** Work of one kind, for one item or for several at once. */
export interface GatheredWork<Item, Result> {
  one(item: Item): Promise<Result>;
  /** Does the work for an item for which `many` did nothing; `one` when left out. */
  alone?(item: Item): Promise<Result>;
  /**
   * Does the work for two items or more. Resolves to a result for each, in their order, or to null where nothing was done for
   * any of them.
   */
  many(items: Item[]): Promise<(Result | typeof ALONE)[] | null>;
  /** The most items of a batch. */
  most: number;
  /** How many batches go on at once before an item waits for others; 1 when left out. */
  atOnce?: number;
  /** How many batches go on at once where each takes long; as many as there are when left out. */
  mostAtOnce?: number;
  /** What no two items of a batch may have in common. */
  keysOf?(item: Item): string[];
}

/** How long others wait for what is under way, ms. What takes longer waits for a lock, or for a server that does not answer. */
const BUSY_MS = 100;

/**
 * Does work of one kind once at a time, or a few times: what is asked for meanwhile waits, and is done together next. So nobody waits where
 * there is little to do, and where there is much to do one statement does it for many.
 * @returns a function that resolves to the item's result, or rejects as the work does
 */
export function createGatherWhileBusy<Item, Result>(
  work: GatheredWork<Item, Result>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result | Promise<Result>>[] = [];
  const { atOnce = 1, mostAtOnce = Number.POSITIVE_INFINITY } = work;
  let busy = 0;
  let running = 0;

  async function workOff(): Promise<void> {
    busy += 1;
    while (waiting.length > 0) {
      running += 1;
      const batch = doBatch(work, takeBatch(waiting, work.most)).finally(() => {
        running -= 1;
      });
      await (running < mostAtOnce ? endsWithin(batch, BUSY_MS) : batch);
    }
    busy -= 1;
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    waiting.push({ item, keys: work.keysOf?.(item) ?? [], resolve, reject });
    if (busy < atOnce) void workOff();
    return promise;
  };
}

/** Never rejects. */
async function doBatch<Item, Result>(
  work: GatheredWork<Item, Result>,
  batch: Waiting<Item, Result | Promise<Result>>[],
): Promise<void> {
  try {
    const results = await resultsOf(
      work,
      batch.map(({ item }) => item),
    );
    batch.forEach(({ resolve }, place) => void resolve(results[place] as Result | Promise<Result>));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

async function resultsOf<Item, Result>(
  { one, many, alone = one }: GatheredWork<Item, Result>,
  items: Item[],
): Promise<(Result | Promise<Result>)[]> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return [await one(first)];
  const results = await many(items);
  return items.map((item, place) => {
    const result = results === null ? ALONE : (results[place] as Result | typeof ALONE);
    return result === ALONE ? alone(item) : result;
  });
}
