// Tenants' policies. Every version is kept, so going back is: show the old one, set it.
import { readFileSync } from 'node:fs';
import { parsePolicy } from '../../src/domain/policy.ts';
import type { Policies } from '../../src/policy/policies.ts';
import { type Command, table, UsageError } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

/** How many versions are listed, the newest first. */
const MOST_SHOWN = 50;

const showPolicy: Command<Tools> = {
  usage: 'show-policy TENANT [--version NUMBER]',
  what: "prints a tenant's policy as JSON: the current one, with its defaults, or an earlier version",
  async run({ tenants, policies }, [id = ''], { version }) {
    await existing(tenants, id);
    const shown = await (version === undefined ? policies.current(id) : earlier(policies, id, version));
    return { text: JSON.stringify(shown.policy, null, 2), data: shown };
  },
};

const setPolicy: Command<Tools> = {
  usage: 'set-policy TENANT FILE',
  what: "replaces a tenant's policy with the JSON document in FILE; a field that is left out gets its default",
  async run({ tenants, policies }, [id = '', file = '']) {
    const { tenantName, country } = await existing(tenants, id);
    const document = readPolicy(file, tenantName, country);
    const version = await policies.versionOf(id);
    const now = await policies.replace({ tenantId: id, document, version });
    return { text: `The policy of ${id} was replaced; the current version is ${now.version}.`, data: now };
  },
};

const policyVersions: Command<Tools> = {
  usage: 'policy-versions TENANT',
  what: `lists the versions of a tenant's policy, the newest ${MOST_SHOWN}`,
  async run({ tenants, policies }, [id = '']) {
    await existing(tenants, id);
    const versions = await policies.versions(id, { limit: MOST_SHOWN });
    const rows = versions.map(({ version, createdAt }) => [`${version}`, createdAt.toISOString()]);
    return { text: table(rows), data: versions };
  },
};

/** Commands about policies. */
export const POLICY_COMMANDS = [showPolicy, setPolicy, policyVersions];

async function earlier(policies: Policies, id: string, text: string) {
  const version = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
  const [found] = version === null ? [] : await policies.versions(id, { before: version + 1, limit: 1 });
  if (found?.version === version) return { version: found.version, policy: found.document };
  throw new UsageError(`--version: ${id} has no such version; policy-versions lists them.`);
}

/** A policy document from a file, checked. */
function readPolicy(file: string, tenantName: string, country: string | null): Record<string, unknown> {
  const text = orUsageError(`The file ${file} cannot be read`, () => readFileSync(file, 'utf8'));
  const document = orUsageError(`The file ${file} is not JSON`, () => JSON.parse(text));
  orUsageError(`The file ${file} cannot be used`, () => parsePolicy(document, tenantName, country));
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
