import { type Kysely, sql } from 'kysely';
import { parsePolicy, policyFault, readPolicy, type TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Registry } from '../registry/schema.ts';
import { createPolicyCache } from './policy-cache.ts';

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

/** The policies of tenants, every version of them. */
export type Policies = ReturnType<typeof createPolicies>;

/** Policies in the registry. */
export function createPolicies({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  return {
    /** The number of the current version. Throws `tenant.notFound`. */
    versionOf: async (tenantId: string): Promise<number> => (await storedOf(db, tenantId)).policyVersion,

    at: createPolicyCache(db),

    /** The current policy. Throws `tenant.notFound`, and an Error when what is stored is not valid. */
    current: (tenantId: string): Promise<CurrentPolicy> => current(db, tenantId),

    /**
     * Replaces the policy, if `version` is still the current one. One statement, guarded by that version, also
     * keeps the new one: of two at once, one gets through.
     * @param change.document what it leaves out has its default
     * @throws ServiceError `request.invalid` naming every wrong field, `policy.changedMeanwhile`, `tenant.notFound`
     */
    async replace(change: { tenantId: string; document: unknown; version: number }): Promise<CurrentPolicy> {
      const { tenantId, version } = change;
      const policy = checked(change.document, await storedOf(db, tenantId));
      const document = JSON.stringify(policy);
      const result = await sql<{ version: number }>`
        with changed as (
          update tenant set policy = ${document}::jsonb, policy_version = policy_version + 1
          where id = ${tenantId} and policy_version = ${version}
          returning id, policy_version, policy)
        insert into policy_version (tenant_id, version, document, created_at)
        select id, policy_version, policy, ${clock.now()}::timestamptz from changed
        returning version`.execute(db);
      const [row] = result.rows;
      if (row) return { version: row.version, policy };
      throw changedMeanwhile(version, (await storedOf(db, tenantId)).policyVersion);
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

async function current(db: Kysely<Registry>, tenantId: string): Promise<CurrentPolicy> {
  const { policy, name, country, policyVersion } = await storedOf(db, tenantId);
  return { version: policyVersion, policy: parsePolicy(policy, name, country) };
}

async function storedOf(db: Kysely<Registry>, tenantId: string) {
  const row = await db
    .selectFrom('tenant')
    .select(['name', 'country', 'policy', 'policyVersion'])
    .where('id', '=', tenantId)
    .executeTakeFirst();
  if (row) return row;
  throw new ServiceError('tenant.notFound', 'There is no such tenant. Use the id that it was created with.');
}

function checked(document: unknown, tenant: { name: string; country: string | null }): TenantPolicy {
  const { policy, problems } = readPolicy(document, tenant.name, tenant.country);
  if (policy) return policy;
  throw new ServiceError('request.invalid', policyFault(problems), { problems });
}

function changedMeanwhile(version: number, current: number): ServiceError {
  return new ServiceError(
    'policy.changedMeanwhile',
    `The change was made to version ${version}, but the current version is ${current}. Read the policy again, apply the change to it and send it with its version.`,
  );
}
