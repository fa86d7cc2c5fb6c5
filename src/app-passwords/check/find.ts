import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { COUNTED_AS } from './wrong-tries.ts';

/** What a look-up is about. */
export interface Wanted {
  /** The tenant of the server that asks; null: the domain says which. */
  tenantId: string | null;
  domain: string | null;
  /** The app password under every hash key. */
  hashes: readonly string[];
  /** Scopes of wrong tries, and how many each may have. */
  scopes: readonly { scope: string; most: number }[];
}

/** What is known. The fields of the app password are null where there is none with these letters in the tenant. */
export interface Found {
  tenantId: string | null;
  /** Whose the typed domain is. */
  domainTenantId: string | null;
  policyVersion: number | null;
  /** The tenant's domains, the oldest first; those without a dot, which only stand before a `\`, last. */
  domains: string[];
  /** Scopes that have had too many wrong tries. */
  full: string[];
  id: string | null;
  userId: string;
  hashKeyId: string;
  revokedAt: Date | null;
  expiresAt: Date | null;
  services: string;
  lastUsedAt: Date | null;
  lastUsedNetwork: string | null;
  blocked: boolean;
}

/**
 * Looks an app password up by its letters, with everything that decides about it: one statement, which does the same work
 * whether there is such a tenant, user or app password or not.
 */
export function createFind({ run }: { run: RunStatement }) {
  return async ({ tenantId, domain, hashes, scopes }: Wanted, now: Date): Promise<Found> => {
    const wanted = JSON.stringify(scopes);
    const [found] = await run<Found>(sql`
      with named as materialized (
        select coalesce(${tenantId}::text, d.tenant_id) as tenant_id, d.tenant_id as domain_tenant_id
        from (select 1) one left join tenant_domain d on d.domain = ${domain}::text)
      select n.tenant_id, n.domain_tenant_id, t.policy_version,
        array(select d.domain from tenant_domain d where d.tenant_id = n.tenant_id
          order by strpos(d.domain, '.') = 0, d.created_at, d.domain) as domains,
        array(select s.scope from jsonb_to_recordset(${wanted}::jsonb) s(scope text, most int)
          join rate_count c on c.key = ${COUNTED_AS} || s.scope
          where c.window_ends_at > ${now} and c.count >= s.most) as "full",
        p.id, p.user_id, p.hash_key_id, p.revoked_at, p.expires_at, p.services, p.last_used_at, p.last_used_network,
        exists (select from user_block b where b.tenant_id = p.tenant_id and b.user_id = p.user_id
          and (b.expires_at is null or b.expires_at > ${now})) as blocked
      from named n
      left join tenant t on t.id = n.tenant_id
      left join app_password p on p.hash = any(array(select jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb)))
        and p.tenant_id = n.tenant_id`);
    if (!found) throw new Error('the look-up of an app password returns one row');
    return found;
  };
}
