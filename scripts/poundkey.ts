// The operator's command line. What it can do: scripts/poundkey/commands.ts.
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { MIGRATIONS } from '../src/registry/migrations.ts';
import type { Registry } from '../src/registry/schema.ts';
import { readKeys } from '../src/service/open-stores.ts';
import { runCommand, type WithTools } from './poundkey/run-command.ts';
import { createTools } from './poundkey/tools.ts';

const withTools: WithTools = async (use) => {
  // Standard output has the answer and nothing else, so that a key can be piped where it belongs.
  const log = createLogger({ level: 'warn', destination: process.stderr });
  const config = readConfig();
  const place = { ...config.database, withQueueTables: config.queue.kind === 'database' };
  const { db, close } = await openDatabase<Registry>(place, MIGRATIONS, log);
  try {
    return await use(createTools({ db, clock: systemClock, keys: () => readKeys(config, log) }));
  } finally {
    await close();
  }
};

const { exitCode, output, errors } = await runCommand(process.argv.slice(2), withTools);
if (output) console.log(output);
if (errors) console.error(errors);
process.exitCode = exitCode;
