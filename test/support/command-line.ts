/** The operators' command line beside a running world, on its registry and by its clock. */
import { runCommand } from '../../scripts/poundkey/run-command.ts';
import { createTools } from '../../scripts/poundkey/tools.ts';
import type { Config } from '../../src/config.ts';
import { NO_CEILING } from '../../src/domain/ceiling-settings.ts';
import type { SpendingRules } from '../../src/journey/request/spending.ts';
import type { World } from './world.ts';

/** The installation has no daily limits, and calls cost nothing. */
export const NO_SPENDING: SpendingRules = {
  ofAll: { callsPerDay: null, textsPerDay: null, moneyPerDay: null },
  price: { currency: 'EUR', perMinute: () => 0, perText: () => 0 },
};

/** Runs the words of one command. The set-up is not looked at. */
export async function runBeside(
  world: World,
  words: string[],
  {
    ceiling = NO_CEILING,
    spending = NO_SPENDING,
    ...places
  }: {
    ceiling?: typeof NO_CEILING;
    spending?: SpendingRules;
    publicUrl?: string;
    entra?: Config['entra'];
  } = {},
) {
  const { stores } = world.service;
  const printed: string[] = [];
  const tools = createTools({
    db: stores.database.db,
    run: stores.database.run,
    clock: { now: () => new Date(world.time.now()) },
    ceiling,
    production: false,
    log: { warn: () => undefined },
    publicUrl: world.service.url,
    entra: world.config.entra,
    keys: () => stores,
    spending: () => spending,
    ...places,
    async print(texts) {
      for await (const text of texts) printed.push(text);
    },
  });
  const said = await runCommand(
    words,
    (use) => use(tools),
    async () => [],
  );
  return { ...said, output: `${printed.join('')}${said.output}` };
}
