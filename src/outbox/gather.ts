import { setTimeout as delay } from 'node:timers/promises';

/**
 * Collects items that are written together: the first of each batch waits `waitMs`, and whatever comes until then is
 * written with it.
 * @returns adds an item; resolves when its batch is written, rejects with what `write` throws
 */
export function createGather<Item>(
  write: (items: Item[]) => Promise<void>,
  waitMs: number,
): (item: Item) => Promise<void> {
  let items: Item[] = [];
  let batch: Promise<void> | null = null;

  async function writeBatch(): Promise<void> {
    await delay(waitMs);
    const collected = items;
    items = [];
    batch = null;
    await write(collected);
  }

  return (item) => {
    items.push(item);
    batch ??= writeBatch();
    return batch;
  };
}
