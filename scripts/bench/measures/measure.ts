/** What every measure is. */
import type { Bench } from '../bench.ts';
import type { Table } from '../table.ts';

/** One measure, run by itself. */
export interface Measure {
  name: string;
  /** What it measures, and how long it takes with the default options. */
  about: string;
  /** @returns tables, and what they were made of, for --json */
  run(bench: Bench): Promise<{ tables: Table[]; raw?: unknown }>;
}

/** Verifications before anything is measured, where `--warm-up` does not say: a process that has just started compiles while it works. */
export const WARM_UP = { count: 1_500, inFlight: 50 };

/** Says what is being done. */
export function progress(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`);
}

/** Measures that are not the main one run half of the rounds. */
export function fewerRounds({ options }: Bench): number[] {
  return [...Array(Math.ceil(options.rounds / 2)).keys()];
}

/** Puts a value to those of a key. */
export function collect<T>(all: Map<string, T[]>, key: string, value: T): void {
  const values = all.get(key) ?? [];
  values.push(value);
  all.set(key, values);
}
