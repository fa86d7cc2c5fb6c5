// Tenants and their API keys.
import { Country } from '../../src/domain/policy-schema.ts';
import { DEFAULT_SCOPES, SCOPES, type Scope } from '../../src/domain/scope.ts';
import type { StoredPolicy, Tenants } from '../../src/tenants/tenants.ts';
import { type Command, table, UsageError } from './command.ts';
import type { Tools } from './tools.ts';

const createTenant: Command<Tools> = {
  usage: 'create-tenant ID NAME [--country CODE] [--all-countries]',
  what: 'adds a tenant that may call its own country only (such as SE), or every country; ID is 1-40 of a-z, 0-9 and "-"',
  mayCreateStore: true,
  async run({ tenants }, [id = '', name = ''], options) {
    const country = ownCountry(options);
    const added = await tenants.create({ id, name, country });
    const text = added
      ? `The tenant ${id} was created.`
      : `The tenant ${id} exists already; nothing was changed.`;
    return { text, data: { id, added } };
  },
};

/** Null: every country, which has to be said. */
function ownCountry({ country, allCountries }: Readonly<Record<string, string>>): string | null {
  if ((country === undefined) === (allCountries === undefined))
    throw new UsageError(
      'Give either --country with the country that the tenant calls, such as --country SE, or --all-countries. The policy can change it later.',
    );
  if (country === undefined) return null;
  const { data, error } = Country.safeParse(country);
  if (data !== undefined) return data;
  throw new UsageError(`--country: ${error?.issues[0]?.message}`);
}

const listTenants: Command<Tools> = {
  usage: 'list-tenants',
  what: 'lists all tenants',
  async run({ tenants }) {
    const all = await tenants.list();
    const rows = all.map(({ id, name, policyVersion, createdAt }) => [
      id,
      `policy ${policyVersion}`,
      createdAt.toISOString(),
      name,
    ]);
    return { text: all.length === 0 ? 'There are no tenants.' : table(rows), data: all };
  },
};

const createKey: Command<Tools> = {
  usage: 'create-key TENANT NAME [--scopes LIST]',
  what: `creates an API key and prints it, only once; NAME says what it is for, LIST what it may do, with commas between: some of ${SCOPES.join(', ')} (default ${DEFAULT_SCOPES.join(',')})`,
  async run({ tenants, apiKeys }, [tenantId = '', name = ''], options) {
    await existing(tenants, tenantId);
    const scopes = checkedScopes(options.scopes);
    const made = await apiKeys.create({ tenantId, name, scopes });
    return { text: made.key, data: { ...made, scopes } };
  },
};

const listKeys: Command<Tools> = {
  usage: 'list-keys TENANT',
  what: "lists a tenant's API keys by ID, with what they may do; the keys themselves cannot be shown again",
  async run({ tenants, apiKeys }, [tenantId = '']) {
    await existing(tenants, tenantId);
    const keys = await apiKeys.list(tenantId);
    const rows = keys.map(({ id, name, scopes, createdAt, revokedAt }) => [
      id,
      `created ${createdAt.toISOString()}`,
      revokedAt ? `revoked ${revokedAt.toISOString()}` : 'valid',
      scopes.join(','),
      name,
    ]);
    return { text: keys.length === 0 ? `${tenantId} has no API keys.` : table(rows), data: keys };
  },
};

const revokeKey: Command<Tools> = {
  usage: 'revoke-key ID',
  what: 'revokes an API key at once; ID is the middle part of pk_ID_…, and a whole key does as well',
  async run({ apiKeys }, [typed = '']) {
    const [, id = typed] = WHOLE_KEY.exec(typed) ?? [];
    if (await apiKeys.revoke(id)) return { text: 'The key is revoked.', data: { id, revoked: true } };
    // It may be a key with a typing error, so it is not repeated.
    throw new UsageError(
      'There is no valid key with this ID: it was revoked before, or never existed. The ID is the middle part of pk_ID_…; list-keys TENANT lists the IDs.',
    );
  },
};

/** A key as `create-key` prints it. Who has it whole must be able to revoke it. */
const WHOLE_KEY = /^pk_([a-z0-9]{12})_[\w-]+$/;

/** Commands about tenants and keys. */
export const TENANT_COMMANDS = [createTenant, listTenants, createKey, listKeys, revokeKey];

/** A tenant's name and policy. @throws UsageError when there is no such tenant */
export async function existing(tenants: Tenants, id: string): Promise<StoredPolicy> {
  const stored = await tenants.policyOf(id);
  if (stored) return stored;
  throw new UsageError(
    `There is no tenant "${id}". list-tenants lists those there are; create-tenant ID NAME --country CODE creates one.`,
  );
}

/** @throws UsageError that names the scopes there are, unless each is one of them */
function checkedScopes(list: string | undefined): readonly Scope[] {
  if (list === undefined) return DEFAULT_SCOPES;
  const named = list.split(',').map((name) => name.trim());
  if (named.every((name) => SCOPES.some((scope) => scope === name)))
    return SCOPES.filter((scope) => named.includes(scope));
  throw new UsageError(
    `--scopes: This must be one or more of ${SCOPES.join(', ')}, with commas between and without spaces.`,
  );
}
