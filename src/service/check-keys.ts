import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { findKeyProblems, type KeyProblem } from './key-problems.ts';
import type { Stores } from './open-stores.ts';
import type { OnStop } from './stop.ts';

const NEEDED: Record<KeyProblem['variable'], string> = {
  HASH_KEYS:
    'App passwords and PINs that were made with it do not work, and neither do limits that count by number',
  SEAL_KEYS: 'Outcome webhooks cannot be signed, and app passwords cannot be revealed',
};
const HAPPENED: Record<KeyProblem['problem'], string> = {
  missing: 'lacks a key that the registry needs',
  different: 'has another key under a name that the registry was used with',
};
const WHAT_TO_DO =
  'Check that the variable belongs to this database; put the former key back, under its name, and restart all processes. npm run poundkey -- rotate-keys says which keys are needed';

/**
 * Compares the keys with what the registry holds, in the background: wrong keys must be noticed, and need not hold up a
 * process that can place calls without them.
 * @param observe gets the problems, for the metrics
 */
export function checkKeys(
  stores: Stores,
  deps: { clock: Clock; log: Logger; observe: (problems: KeyProblem[]) => void },
  onStop: OnStop,
): void {
  const { db } = stores.database;
  const checking = findKeyProblems(stores, { db, clock: deps.clock }).then(
    (problems) => {
      deps.observe(problems);
      for (const { variable, keyId, problem } of problems)
        deps.log.error(
          { alarm: true, variable, keyId, problem },
          `${variable} ${HAPPENED[problem]}: ${keyId}. ${NEEDED[variable]}. ${WHAT_TO_DO}`,
        );
    },
    (error: unknown) =>
      deps.log.warn(
        { err: error },
        'the keys could not be compared with the registry; the next start does it',
      ),
  );
  onStop('check of the keys', () => checking);
}
