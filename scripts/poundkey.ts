// The operator's command line. What it can do: scripts/poundkey/commands.ts.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Config, ConfigError, readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { hasEmbeddedStore } from '../src/platform/database/open-embedded.ts';
import { readKeys } from '../src/platform/secrets/read-keys.ts';
import { pricesByCountry } from '../src/providers/prices.ts';
import { MIGRATIONS } from '../src/registry/migrations.ts';
import type { Registry } from '../src/registry/schema.ts';
import { routesIn } from '../src/service/connect-providers.ts';
import type { Finding } from './poundkey/command.ts';
import { runCommand, type WithTools } from './poundkey/run-command.ts';
import { createTools } from './poundkey/tools.ts';

// Standard output has the answer and nothing else, so that a key can be piped where it belongs.
const log = createLogger({ level: 'warn', destination: process.stderr });

const withTools: WithTools = async (use, { mayCreateStore = false }) => {
  const config = readConfig();
  if (!mayCreateStore) requireStore(config.database);
  const place = { ...config.database, withQueueTables: config.queue.kind === 'database' };
  const { db, run, close } = await openDatabase<Registry>(place, MIGRATIONS, log).catch(
    config.database.kind === 'postgres' ? sayThatRegistryIsAway : raise,
  );
  try {
    return await use(
      createTools({
        db,
        run,
        clock: systemClock,
        ceiling: config.ceiling,
        production: config.production,
        log,
        keys: () => readKeys(config, log),
        spending: () => ({
          ofAll: config.spending,
          price: pricesByCountry(config.spending.pricesFile, routesIn(config)),
        }),
        publicUrl: config.http.publicUrl,
        entra: config.entra,
        print: (texts) => pipeline(Readable.from(texts), process.stdout, { end: false }),
      }),
    );
  } finally {
    await close();
  }
};

const checkSetUp = async (): Promise<Finding[]> => {
  const config = readConfig();
  requireStore(config.database);
  const { createCheckSetUp } = await import('./poundkey/check/check-set-up.ts');
  return createCheckSetUp(config, log)();
};

/** An embedded store is away when another process has it, which the error says. */
function raise(error: unknown): never {
  throw error;
}

function sayThatRegistryIsAway(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(
    `${reason}\n\nThe registry cannot be reached from here, so nothing can be looked up. If the service cannot reach it either (npm run poundkey -- check, or GET /readyz on the operators' port), nobody is called: requests are answered 503 service.unavailable, and people on the phone hear "one moment". See docs/operating/runbook.md#the-registry-cannot-be-reached.`,
    { cause: error },
  );
}

function requireStore(database: Config['database']): void {
  if (database.kind !== 'embedded' || hasEmbeddedStore(database.dataDir)) return;
  throw new ConfigError(
    `There is no store in ${database.dataDir}. Set DATA_DIR or DATABASE_URL to those of the service, or make a store with npm start or create-tenant.`,
  );
}

const { exitCode, output, errors } = await runCommand(process.argv.slice(2), withTools, checkSetUp);
if (output) console.log(output);
if (errors) console.error(errors);
process.exitCode = exitCode;
