import type { Counter, CrossedAlarm } from './admission.ts';

/**
 * The order in which a request is counted, by what its counters are called: rows that many requests share come last. All statements
 * that count these keep to it, so that none waits for another in a circle.
 */
export const COUNTED_IN_ORDER = [
  ...['user', 'number', 'texts', 'texts.prefix', 'texts.country', 'switchboard', 'tenant'],
  ...['tenant.calls', 'tenant.texts', 'tenant.money'],
  ...['installation.calls', 'installation.texts', 'installation.money'],
];

/** What several requests add to one counter. */
interface Sum {
  nr: number;
  key: string;
  added: number;
  /** The least that any of the requests allows. */
  most: number;
  /** The end of a window that begins now, ISO 8601. */
  ends_at: string;
}

/**
 * What several requests add to their counters, in the order in which these are to be counted.
 * @param requests the counters of each
 * @returns null: one of the counters has no place in the order
 */
export function addUp(requests: Counter[][]): Sum[] | null {
  const sums = new Map<string, Omit<Sum, 'nr'> & { order: number }>();
  for (const { key, name, most, amount = 1, endsAt } of requests.flat()) {
    const order = COUNTED_IN_ORDER.indexOf(name);
    if (order < 0) return null;
    const sum = sums.get(key) ?? { order, key, added: 0, most, ends_at: endsAt };
    sums.set(key, { ...sum, added: sum.added + amount, most: Math.min(sum.most, most) });
  }
  const inOrder = [...sums.values()].sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1));
  return inOrder.map(({ order: _, ...sum }, nr) => ({ nr, ...sum }));
}

/**
 * The alarms that requests made due which were counted together: as if they had been counted one after the other.
 * @param reached what the counters reached with all of them, by their keys
 * @returns those of each request, in their order
 */
export function crossedBy(requests: Counter[][], reached: Record<string, number>): CrossedAlarm[][] {
  const left = new Map(Object.entries(reached));
  for (const { key, amount = 1 } of requests.flat()) left.set(key, (left.get(key) ?? 0) - amount);
  return requests.map((counters) =>
    counters.flatMap(({ name: counter, key, most, amount = 1, alarmsAt = [] }) => {
      const before = left.get(key) ?? 0;
      const after = before + amount;
      left.set(key, after);
      return alarmsAt
        .filter((percent) => after * 100 >= most * percent && before * 100 < most * percent)
        .map((percent) => ({ counter, percent }));
    }),
  );
}
