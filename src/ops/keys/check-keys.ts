import type { Kysely } from 'kysely';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { KeyRings } from '../../platform/secrets/key-rings.ts';
import type { OnStop } from '../../platform/shutdown.ts';
import type { Registry } from '../../registry/schema.ts';
import { compareKeys, describeKeyProblem, type KeyProblem } from './key-problems.ts';

/**
 * Compares the keys with what the registry holds, in the background: wrong keys must be noticed, and need not hold up a
 * process that can place calls without them.
 * @param observe gets the problems, for the metrics
 */
export function checkKeys(
  stores: KeyRings & { database: { db: Kysely<Registry> } },
  deps: { clock: Clock; log: Logger; observe: (problems: KeyProblem[]) => void },
  onStop: OnStop,
): void {
  const { db } = stores.database;
  const compare = async () => {
    const { problems, noteNewKeys } = await compareKeys(stores, { db, clock: deps.clock });
    deps.observe(problems);
    for (const each of problems) deps.log.error({ alarm: true, ...each }, describeKeyProblem(each));
    if (problems.length === 0) await noteNewKeys();
  };
  const checking = compare().catch((error: unknown) =>
    deps.log.warn({ err: error }, 'the keys could not be compared with the registry; the next start does it'),
  );
  onStop('check of the keys', () => checking);
}
