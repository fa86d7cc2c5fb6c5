import { takeBatch, type Waiting } from './take-batch.ts';

/** How gathered work goes together. */
export interface GatherOptions<Item> {
  /** How long the first item of a batch waits for others, ms. */
  waitMs: number;
  /** The most items of a batch. */
  most: number;
  /** Items of the same key never go together; the later one waits for the next batch. */
  keyOf(item: Item): string;
}

/**
 * Lets several callers share one statement: what is asked for within a few milliseconds is done together.
 * @param run does the items of one batch and resolves to a result for each, in their order
 * @returns a function that resolves to the item's result, or rejects as the whole batch does
 */
export function createGather<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { waitMs, most, keyOf }: GatherOptions<Item>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    const members = takeBatch(waiting, most);
    if (waiting.length > 0) timer = setTimeout(flush, waitMs);
    run(members.map(({ item }) => item)).then(
      (results) => members.forEach(({ resolve }, index) => void resolve(results[index] as Result)),
      (error: unknown) => members.forEach(({ reject }) => void reject(error)),
    );
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, keys: [keyOf(item)], resolve, reject });
      if (waiting.length >= most) {
        if (timer) clearTimeout(timer);
        flush();
      } else timer ??= setTimeout(flush, waitMs);
    });
}
