/** Chance that is the same in every run. */

/** Draws from a seed: whole numbers, coins and members of lists. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  upTo(below: number): number;
  /** True in `percent` of 100 draws. */
  hits(percent: number): boolean;
  oneOf<T>(list: readonly T[]): T;
}

/** @param seed the same seed gives the same draws */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  // A linear congruential generator with the constants of Numerical Recipes; its high bits are even enough here.
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const upTo = (below: number) => Math.floor(next() * below);
  return {
    upTo,
    hits: (percent) => next() * 100 < percent,
    oneOf<T>(list: readonly T[]): T {
      const member = list[upTo(list.length)];
      if (member === undefined) throw new Error('nothing to draw from');
      return member;
    },
  };
}
