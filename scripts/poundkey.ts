// The operator's command line: tenants, their policies and API keys.
import { readFileSync } from 'node:fs';
import { ConfigError, readConfig } from '../src/config.ts';
import { ServiceError } from '../src/errors.ts';
import { createLogger } from '../src/log.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { parsePolicy } from '../src/policy/tenant-policy.ts';
import { MIGRATIONS } from '../src/registry/migrations.ts';
import type { Registry } from '../src/registry/schema.ts';
import { createApiKeys } from '../src/tenants/api-keys.ts';
import { createTenants } from '../src/tenants/tenants.ts';

interface Tools {
  tenants: ReturnType<typeof createTenants>;
  apiKeys: ReturnType<typeof createApiKeys>;
}

interface Command {
  usage: string;
  what: string;
  run(tools: Tools, ...words: string[]): Promise<string>;
}

const COMMANDS: Record<string, Command> = {
  'create-tenant': {
    usage: 'create-tenant ID NAME',
    what: 'adds a tenant; ID is 1-40 of a-z, 0-9 and "-"',
    run: async ({ tenants }, id, name) =>
      (await tenants.create({ id: id ?? '', name: name ?? '' }))
        ? `The tenant ${id} is there.`
        : `There was a tenant ${id} already; it stays as it was.`,
  },
  'set-policy': {
    usage: 'set-policy TENANT FILE',
    what: "replaces a tenant's policy by the JSON document in FILE; what it leaves out has its default",
    run: async ({ tenants }, id, file) => {
      const stored = await tenants.policyOf(id ?? '');
      if (!stored) throw new UsageError(`There is no tenant "${id}".`);
      const document = JSON.parse(readFileSync(file ?? '', 'utf8'));
      parsePolicy(document, stored.tenantName);
      await tenants.setPolicy(id ?? '', document);
      return `The policy of ${id} counts from now on.`;
    },
  },
  'create-key': {
    usage: 'create-key TENANT NAME',
    what: 'makes an API key and prints it, this once; NAME says what it is for',
    run: async ({ apiKeys }, tenantId, name) =>
      (await apiKeys.create({ tenantId: tenantId ?? '', name: name ?? '' })).key,
  },
  'revoke-key': {
    usage: 'revoke-key ID',
    what: 'ends an API key at once; ID is the middle part of pk_ID_…',
    run: async ({ apiKeys }, id) => {
      if (!(await apiKeys.revoke(id ?? ''))) throw new UsageError(`There is no live key "${id}".`);
      return 'The key is revoked.';
    },
  },
};

class UsageError extends Error {}

async function main(words: string[]): Promise<void> {
  const [name = '', ...rest] = words;
  const command = COMMANDS[name];
  if (!command) return help(name);
  const expected = command.usage.split(' ').length - 1;
  if (rest.length !== expected) throw new UsageError(`Expected: npm run poundkey -- ${command.usage}`);
  const config = readConfig();
  const log = createLogger({ level: 'warn' });
  const database = await openDatabase<Registry>(config.database, MIGRATIONS, log);
  try {
    const { db } = database;
    const tools = {
      tenants: createTenants({ db, clock: systemClock }),
      apiKeys: createApiKeys({ db, clock: systemClock }),
    };
    console.log(await command.run(tools, ...rest));
  } finally {
    await database.close();
  }
}

function help(name: string): void {
  console.log(
    'npm run poundkey -- COMMAND\n\nUses the registry that the environment names (see .env.example).\n',
  );
  for (const { usage, what } of Object.values(COMMANDS)) console.log(`  ${usage.padEnd(24)} ${what}`);
  if (!['', '--help', '-h', 'help'].includes(name)) throw new UsageError(`There is no command "${name}".`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof ConfigError || error instanceof ServiceError;
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = known ? 2 : 1;
});
