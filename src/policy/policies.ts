import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { PolicyCeiling } from '../domain/ceiling-settings.ts';
import { tenantNotFound } from '../domain/not-found.ts';
import { parsePolicy, policyFault, readPolicy, type TenantPolicy } from '../domain/policy.ts';
import { askedBeyondCeiling, beyondCeiling, underCeiling } from '../domain/policy-ceiling.ts';
import { localReturnProblems, withoutLocalReturns } from '../domain/self-service-policy.ts';
import { type FieldProblem, ServiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { createPolicyCache, type StoredDocument } from './policy-cache.ts';

/** The current policy, with its version. */
export interface CurrentPolicy {
  /** 1 for the first; grows by one with each change. */
  version: number;
  /** With every default. */
  policy: TenantPolicy;
}

/** A current or earlier version of a policy. */
export interface PolicyVersion {
  version: number;
  /** As it was kept. The very first may leave fields out; they had their defaults. */
  document: Record<string, unknown>;
  createdAt: Date;
}

/** What the operator's set-up makes of policies. */
interface PolicyRules {
  ceiling: PolicyCeiling;
  production: boolean;
  log: Pick<Logger, 'warn'>;
}

/** The policies of tenants, every version of them. */
export type Policies = ReturnType<typeof createPolicies>;

/**
 * Policies in the registry.
 * @param deps.ceiling what none of them can exceed: a change beyond it is refused, and what was stored before is bounded
 * @param deps.production likewise: whether people are led back to https addresses only
 */
export function createPolicies(deps: PolicyRules & { db: Kysely<Registry>; clock: Clock }) {
  const { db, clock } = deps;
  const at = createPolicyCache(db, createEffective(deps));

  /** The current policy. Throws `tenant.notFound`, and an Error when what is stored is not valid. */
  async function current(tenantId: string): Promise<CurrentPolicy> {
    const version = await versionOf(db, tenantId);
    return { version, policy: await at(tenantId, version) };
  }

  return {
    /** The number of the current version. Throws `tenant.notFound`. */
    versionOf: (tenantId: string): Promise<number> => versionOf(db, tenantId),

    at,

    current,

    /** The same without its version. */
    policyOf: async (tenantId: string): Promise<TenantPolicy> => (await current(tenantId)).policy,

    /**
     * Replaces the policy, if `version` is still the current one. One statement, guarded by that version, also
     * keeps the new one: of two at once, one gets through.
     * @param change.document what it leaves out has its default
     * @throws ServiceError `request.invalid` naming every wrong field, `policy.changedMeanwhile`, `tenant.notFound`
     */
    async replace(change: { tenantId: string; document: unknown; version: number }): Promise<CurrentPolicy> {
      const { tenantId, version } = change;
      const policy = checked(change.document, await tenantOf(db, tenantId), deps);
      const document = JSON.stringify(policy);
      const [row] = await runIn(db)<{ version: number }>(sql`
        with before as (
          select policy as earlier from tenant where id = ${tenantId} and policy_version = ${version}),
        changed as (
          update tenant set policy = ${document}::jsonb, policy_version = policy_version + 1 from before
          where id = ${tenantId} and policy_version = ${version}
          returning id, policy_version, policy, earlier),
        ${auditEvents([CHANGED], clock.now())}
        insert into policy_version (tenant_id, version, document, created_at)
        select id, policy_version, policy, ${clock.now()}::timestamptz from changed
        returning version`);
      if (row) return { version: row.version, policy };
      throw changedMeanwhile(version, await versionOf(db, tenantId));
    },

    /** Every version, the newest first. @param page.before only versions with a lower number */
    versions(
      tenantId: string,
      page: { before?: number | undefined; limit: number },
    ): Promise<PolicyVersion[]> {
      return db
        .selectFrom('policyVersion')
        .select(['version', 'document', 'createdAt'])
        .where('tenantId', '=', tenantId)
        .$if(page.before !== undefined, (query) => query.where('version', '<', page.before ?? 0))
        .orderBy('version', 'desc')
        .limit(page.limit)
        .execute();
    },
  };
}

/** The version, and which of the fields at the top changed; `policy_version` has the documents. */
const CHANGED: AuditEvent = {
  ...{ type: 'policy.changed', from: sql`changed`, tenantId: sql`id`, userId: null },
  data: sql`jsonb_build_object('version', policy_version, 'fields', coalesce((
    select jsonb_agg(field.key order by field.key) from jsonb_each(policy) field
    where earlier->field.key is distinct from field.value), '[]'))`,
};

/** Reads stored documents under the ceiling. Of each tenant whose policy exceeds it, the log says so once. */
function createEffective({ ceiling, production, log }: PolicyRules) {
  const said = new Set<string>();
  return (stored: StoredDocument): TenantPolicy => {
    const { tenantId } = stored;
    const policy = parsePolicy(stored.document, stored.tenantName, stored.country);
    const fields = beyondCeiling(policy, ceiling).map(({ field }) => field);
    if (fields.length > 0 && !said.has(tenantId)) {
      said.add(tenantId);
      const text = "a tenant's policy allows more than the operator's ceiling, which counts for these fields";
      log.warn({ tenantId, fields }, text);
    }
    const bounded = underCeiling(policy, ceiling);
    return production ? withoutLocalReturns(bounded) : bounded;
  };
}

/** Without the document, which may hold a logo. Throws `tenant.notFound`. */
async function tenantOf(db: Kysely<Registry>, tenantId: string) {
  const row = await db
    .selectFrom('tenant')
    .select(['name', 'country', 'policyVersion'])
    .where('id', '=', tenantId)
    .executeTakeFirst();
  if (row) return row;
  throw tenantNotFound();
}

async function versionOf(db: Kysely<Registry>, tenantId: string): Promise<number> {
  return (await tenantOf(db, tenantId)).policyVersion;
}

/** With every default, under the ceiling. */
function checked(
  document: unknown,
  tenant: { name: string; country: string | null },
  { ceiling, production }: PolicyRules,
): TenantPolicy {
  const read = readPolicy(document, tenant.name, tenant.country);
  const problems = read.problems ?? [
    ...noCountry(read.policy),
    ...askedBeyondCeiling(read.policy, ceiling, tenant.country),
    ...(production ? localReturnProblems(read.policy) : []),
  ];
  if (read.policy && problems.length === 0) return underCeiling(read.policy, ceiling);
  throw new ServiceError('request.invalid', policyFault(problems), { problems });
}

/** A list without a country is most likely an error. Only a ceiling makes one, where it leaves none of those allowed. */
function noCountry({ countries: { allowed } }: TenantPolicy): FieldProblem[] {
  if (allowed?.length !== 0) return [];
  return [{ field: '/countries/allowed', rule: 'This must have at least 1 entry; null is every country.' }];
}

function changedMeanwhile(version: number, current: number): ServiceError {
  return new ServiceError(
    'policy.changedMeanwhile',
    `The change was made to version ${version}, but the current version is ${current}. Read the policy again, apply the change to it and send it with its version.`,
  );
}
