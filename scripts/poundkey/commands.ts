// What an operator can do from the command line. Each command gets its words as typed.
import { readFileSync } from 'node:fs';
import type { OutboxMessages } from '../../src/outbox/messages.ts';
import type { Policies } from '../../src/policy/policies.ts';
import { parsePolicy } from '../../src/policy/tenant-policy.ts';
import type { ApiKeys } from '../../src/tenants/api-keys.ts';
import type { StoredPolicy, Tenants } from '../../src/tenants/tenants.ts';
import { type Command, UsageError } from './command.ts';
import { DEAD_LETTER_COMMANDS } from './dead-letters.ts';

/** What commands work with. */
export interface Tools {
  tenants: Tenants;
  apiKeys: ApiKeys;
  messages: OutboxMessages;
  policies: Policies;
}

/** All commands by name. */
export const COMMANDS = new Map<string, Command<Tools>>([
  [
    'create-tenant',
    {
      usage: 'create-tenant ID NAME',
      what: 'adds a tenant; ID is 1-40 of a-z, 0-9 and "-"',
      run: async ({ tenants }, id = '', name = '') =>
        (await tenants.create({ id, name }))
          ? `The tenant ${id} is there.`
          : `There was a tenant ${id} already; it stays as it was.`,
    },
  ],
  [
    'set-policy',
    {
      usage: 'set-policy TENANT FILE',
      what: "replaces a tenant's policy by the JSON document in FILE; what it leaves out has its default",
      run: async ({ tenants, policies }, id = '', file = '') => {
        const { tenantName } = await existing(tenants, id);
        const document = readPolicy(file, tenantName);
        const counts = await policies.versionOf(id);
        const { version } = await policies.replace({ tenantId: id, document, version: counts });
        return `The policy of ${id} counts from now on, as version ${version}.`;
      },
    },
  ],
  [
    'create-key',
    {
      usage: 'create-key TENANT NAME',
      what: 'makes an API key and prints it, this once; NAME says what it is for',
      run: async ({ tenants, apiKeys }, tenantId = '', name = '') => {
        await existing(tenants, tenantId);
        return (await apiKeys.create({ tenantId, name })).key;
      },
    },
  ],
  [
    'revoke-key',
    {
      usage: 'revoke-key ID',
      what: 'ends an API key at once; ID is the middle part of pk_ID_…',
      run: async ({ apiKeys }, id = '') => {
        if (await apiKeys.revoke(id)) return 'The key is revoked.';
        // It may be a whole key, so it is not repeated.
        throw new UsageError('There is no live key of this ID. The ID is the middle part of pk_ID_….');
      },
    },
  ],
  ...DEAD_LETTER_COMMANDS,
]);

async function existing(tenants: Tenants, id: string): Promise<StoredPolicy> {
  const stored = await tenants.policyOf(id);
  if (stored) return stored;
  throw new UsageError(
    `There is no tenant "${id}". Make it first: npm run poundkey -- create-tenant ID NAME`,
  );
}

/** A policy document from a file, checked. */
function readPolicy(file: string, tenantName: string): Record<string, unknown> {
  const text = orUsageError(`The file ${file} cannot be read`, () => readFileSync(file, 'utf8'));
  const document = orUsageError(`The file ${file} is not JSON`, () => JSON.parse(text));
  orUsageError(`The file ${file} is no policy`, () => parsePolicy(document, tenantName));
  return document;
}

function orUsageError<T>(problem: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UsageError(`${problem}: ${error instanceof Error ? error.message : 'unknown reason'}`, {
      cause: error,
    });
  }
}
