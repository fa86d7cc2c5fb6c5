import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { checkedName, invalidField } from './checked.ts';

/** The organisations that use the service. */
export interface Tenants {
  /**
   * Adds a tenant with the first version of its policy, unless there is one of this id; that one stays as it is.
   * @param tenant.id 1-40 of `a`-`z`, `0`-`9` and `-`
   * @param tenant.name 1-80 characters
   * @param tenant.policy the policy document, already checked; what is left out has its default
   * @param tenant.country its own (ISO 3166-1 alpha-2), which its policy allows unless that says otherwise; null: every country
   * @returns whether it was added
   * @throws ServiceError `request.invalid` naming `/id` or `/name`
   */
  create(tenant: {
    id: string;
    name: string;
    country?: string | null;
    policy?: Record<string, unknown>;
  }): Promise<boolean>;
  /** A tenant's name and policy document as stored, or null if there is no such tenant. */
  policyOf(tenantId: string): Promise<StoredPolicy | null>;
  /** All tenants by id. */
  list(): Promise<TenantSummary[]>;
}

/** A tenant, without its policy document. */
interface TenantSummary {
  id: string;
  name: string;
  policyVersion: number;
  createdAt: Date;
}

/** A policy document as stored, and what the tenant is: its name and country are defaults of the policy. */
export interface StoredPolicy {
  tenantName: string;
  country: string | null;
  policy: Record<string, unknown>;
}

const CREATED: AuditEvent = {
  ...{ type: 'tenant.created', from: sql`added`, tenantId: sql`id`, userId: null },
  data: sql`jsonb_build_object('name', name, 'country', country)`,
};

/** Tenants in the registry. */
export function createTenants({ db, clock }: { db: Kysely<Registry>; clock: Clock }): Tenants {
  return {
    async create({ id, name, country = null, policy = {} }) {
      if (!/^[a-z0-9-]{1,40}$/.test(id)) throw invalidField('/id', 'This must be 1-40 of a-z, 0-9 and "-".');
      const now = clock.now();
      const [added] = await runIn(db)(sql`
        with added as (
          insert into tenant (id, name, country, policy, created_at)
          values (${id}, ${checkedName(name, '/name')}, ${country}, ${JSON.stringify(policy)}::jsonb, ${now})
          on conflict do nothing returning *),
        ${auditEvents([CREATED], now)}
        insert into policy_version (tenant_id, version, document, created_at)
        select id, policy_version, policy, created_at from added returning tenant_id`);
      return added !== undefined;
    },

    async policyOf(tenantId) {
      const query = db
        .selectFrom('tenant')
        .select(['name as tenantName', 'country', 'policy'])
        .where('id', '=', tenantId);
      return (await query.executeTakeFirst()) ?? null;
    },

    list: () =>
      db.selectFrom('tenant').select(['id', 'name', 'policyVersion', 'createdAt']).orderBy('id').execute(),
  };
}
