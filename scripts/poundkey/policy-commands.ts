// Tenants' policies. Every version is kept, so going back is: show the old one, set it.
import { readFileSync } from 'node:fs';
import { ServiceError } from '../../src/errors.ts';
import type { Policies } from '../../src/policy/policies.ts';
import { coloursOf } from '../../src/self-service/brand/brand.ts';
import { type Command, table, UsageError } from './command.ts';
import { changedFields, sayChanges } from './policy-changes.ts';
import { sayColours } from './say-colours.ts';
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
    await existing(tenants, id);
    const document = readDocument(file);
    // First the number: a change in between is refused, and what is said is true.
    const version = await policies.versionOf(id);
    // What is stored may be unreadable, which a new policy mends.
    const before = await policies.current(id).catch(() => null);
    const now = await policies
      .replace({ tenantId: id, document, version })
      .catch((error: unknown) => raise(fieldByField(error, file)));
    const changes = before === null ? [] : changedFields(before.policy, now.policy);
    const first = `The policy of ${id} was replaced; the current version is ${now.version}.`;
    const none = before === null ? 'The former one cannot be read.' : 'Every field is as it was.';
    const what = changes.length === 0 ? none : 'Changed:';
    const colours = coloursOf(now.policy);
    const isNew = changes.some(({ field }) => field === '/selfService/colour');
    const lines = [`${first} ${what}`, ...sayChanges(changes), ...(isNew ? sayColours(colours) : [])];
    return { text: lines.join('\n'), data: { ...now, changes, colours } };
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
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError('--version: This must be the number of a version; policy-versions lists them.');
  const version = Number(text);
  const [found] = await policies.versions(id, { before: version + 1, limit: 1 });
  if (found?.version === version) return { version: found.version, policy: found.document };
  throw new UsageError(`--version: ${id} has no such version; policy-versions lists them.`);
}

/** A document from a file. */
function readDocument(file: string): unknown {
  const text = orUsageError(`The file ${file} cannot be read`, () => readFileSync(file, 'utf8'));
  return orUsageError(`The file ${file} is not JSON`, () => JSON.parse(text));
}

/** The error of a policy that is refused with each wrong field on a line of its own; another error as it is. */
function fieldByField(error: unknown, file: string): unknown {
  if (!(error instanceof ServiceError) || error.problems.length === 0) return error;
  const lines = error.problems.map(({ field, rule }) => `  ${field || 'the document'}: ${rule}`);
  return new UsageError([`The file ${file} cannot be used. Correct this:`, ...lines].join('\n'));
}

function raise(error: unknown): never {
  throw error;
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
