/** All contenders by name, and running one of them. */
import type { Bench } from '../bench.ts';
import type { Contender, ContenderKind, Place } from './contender.ts';
import { floor } from './floors.ts';
import { poundkey } from './poundkey.ts';

/** `poundkey` is one process that does everything, `split` one for HTTP and one for the queue. */
export const CONTENDERS: Readonly<Record<string, ContenderKind>> = {
  poundkey: poundkey('poundkey', ['all']),
  split: poundkey('split', ['web', 'worker']),
  naive: floor('naive'),
  lean: floor('lean'),
};

/** What may be done before a contender starts, and how it is started. */
export interface WithOptions {
  environment?: Record<string, string>;
  profileDirectory?: string | null;
  /** Fills the new database and the empty queue. */
  prepare?: (databaseUrl: string) => Promise<void>;
}

/** Starts a contender on a new database and an empty queue, and stops it whatever happens. */
export async function withContender<T>(
  bench: Bench,
  kind: ContenderKind | undefined,
  use: (contender: Contender, database: string) => Promise<T>,
  { prepare, profileDirectory = null, environment = {} }: WithOptions = {},
): Promise<T> {
  if (!kind) throw new Error(`There is no such contender. Known are: ${Object.keys(CONTENDERS).join(', ')}.`);
  const database = await bench.postgres.createDatabase(await kind.template(bench));
  const place: Place = { databaseUrl: bench.postgres.urlOf(database), profileDirectory, environment };
  await bench.redis.empty();
  bench.traces.forget();
  await prepare?.(place.databaseUrl);
  const contender = await kind.start(bench, place);
  try {
    return await use(contender, database);
  } finally {
    await contender.stop();
    await bench.postgres.dropDatabase(database);
  }
}

/** The same list, begun at another place in each round, so that nobody is always first. */
export function inTurn<T>(all: readonly T[], round: number): T[] {
  const start = round % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}
