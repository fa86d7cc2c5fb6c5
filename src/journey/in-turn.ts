/** Runs work; pieces of the same name wait for each other. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/**
 * Work of one name is done one after the other, in order of arrival, also after a piece that failed. Work of other
 * names is not held up. Holds for this process only.
 */
export function createInTurn(): InTurn {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(name, over);
    try {
      return await mine;
    } finally {
      if (last.get(name) === over) last.delete(name);
    }
  };
}
