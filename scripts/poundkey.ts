// The operator's command line: tenants, their policies and API keys, and messages that could not be delivered.
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { createOutboxMessages } from '../src/outbox/messages.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createPolicies } from '../src/policy/policies.ts';
import { MIGRATIONS } from '../src/registry/migrations.ts';
import type { Registry } from '../src/registry/schema.ts';
import { createApiKeys } from '../src/tenants/api-keys.ts';
import { createTenants } from '../src/tenants/tenants.ts';
import { runCommand, type WithTools } from './poundkey/run-command.ts';

const withTools: WithTools = async (use) => {
  // Standard output has the answer and nothing else, so that a key can be piped where it belongs.
  const log = createLogger({ level: 'warn', destination: process.stderr });
  const database = await openDatabase<Registry>(readConfig().database, MIGRATIONS, log);
  try {
    const parts = { db: database.db, clock: systemClock };
    return await use({
      tenants: createTenants(parts),
      apiKeys: createApiKeys(parts),
      messages: createOutboxMessages(parts),
      policies: createPolicies(parts),
    });
  } finally {
    await database.close();
  }
};

const { exitCode, output, errors } = await runCommand(process.argv.slice(2), withTools);
if (output) console.log(output);
if (errors) console.error(errors);
process.exitCode = exitCode;
