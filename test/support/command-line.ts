/** The operators' command line beside a running world, on its registry and by its clock. */
import { runCommand } from '../../scripts/poundkey/run-command.ts';
import { createTools } from '../../scripts/poundkey/tools.ts';
import { NO_CEILING } from '../../src/domain/ceiling-settings.ts';
import type { World } from './world.ts';

/** Runs the words of one command. The set-up is not looked at. */
export function runBeside(world: World, words: string[]) {
  const { stores } = world.service;
  const tools = createTools({
    db: stores.database.db,
    run: stores.database.run,
    clock: { now: () => new Date(world.time.now()) },
    ceiling: NO_CEILING,
    log: { warn: () => undefined },
    keys: () => stores,
  });
  return runCommand(
    words,
    (use) => use(tools),
    async () => [],
  );
}
