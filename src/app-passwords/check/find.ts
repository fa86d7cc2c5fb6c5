import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { COUNTED_AS, type Scope, type UserScope } from './wrong-tries.ts';

/** What a look-up is about. */
export interface Wanted {
  /** Of the server that asks, as it says. */
  serverId: string;
  domain: string | null;
  /** The app password under every hash key; none where nothing was typed. */
  hashes: readonly string[];
  /** Scopes of wrong tries by address, and how many each may have. */
  scopes: readonly Scope[];
  user: UserScope;
}

/** A server as it is stored; all null where there is none of this id. */
export interface FoundServer {
  serverId: string | null;
  serverName: string | null;
  /** Null: it serves every tenant, by the domain of the user name. */
  serverTenantId: string | null;
  serverService: string | null;
  secretHash: string | null;
  serverRevokedAt: Date | null;
}

/** What is known. The fields of the app password are null where there is none with these letters in the tenant. */
export interface Found extends FoundServer {
  /** That of the server, or else whose the typed domain is. */
  tenantId: string | null;
  /** Whose the typed domain is. */
  domainTenantId: string | null;
  policyVersion: number | null;
  /** The tenant's domains, the oldest first; those without a dot, which only stand before a `\`, last. */
  domains: string[];
  /** Wrong tries for this user are counted under it. */
  userScope: string;
  /** Scopes that have had too many wrong tries. */
  full: string[];
  id: string | null;
  userId: string;
  hashKeyId: string;
  revokedAt: Date | null;
  expiresAt: Date | null;
  services: string;
  lastUsedAt: Date | null;
  blocked: boolean;
}

/** Whose a domain is, or null. */
export function createFindOwner({ run }: { run: RunStatement }) {
  return async (domain: string): Promise<string | null> => {
    const [owner] = await run<{ tenantId: string }>(
      sql`select d.tenant_id from tenant_domain d where d.domain = ${domain}`,
    );
    return owner?.tenantId ?? null;
  };
}

/**
 * Looks up the server that asks, and an app password by its letters, with everything that decides about both: one
 * statement, which does the same work whether there is such a server, tenant, user or app password or not.
 */
export function createFind({ run }: { run: RunStatement }) {
  return async ({ serverId, domain, hashes, scopes, user }: Wanted, now: Date): Promise<Found> => {
    const [wantedScopes, wantedHashes] = [JSON.stringify(scopes), JSON.stringify(hashes)];
    const [found] = await run<Found>(sql`
      with named as materialized (
        select s.id as server_id, s.name as server_name, s.tenant_id as server_tenant_id, s.service as server_service,
          s.secret_hash, s.revoked_at as server_revoked_at,
          coalesce(s.tenant_id, d.tenant_id) as tenant_id, d.tenant_id as domain_tenant_id
        from (select 1) one
        left join app_server s on s.id = ${serverId}::text
        left join tenant_domain d on d.domain = ${domain}::text),
      scoped as materialized (
        select n.*, 'user ' || coalesce(n.tenant_id, ${user.domain}::text) || ' ' || ${user.name}::text as user_scope
        from named n)
      select n.*, t.policy_version,
        array(select d.domain from tenant_domain d where d.tenant_id = n.tenant_id
          order by strpos(d.domain, '.') = 0, d.created_at, d.domain) as domains,
        array(select s.scope from (
            select w.scope, w.most from jsonb_to_recordset(${wantedScopes}::jsonb) w(scope text, most int)
            union all select n.user_scope, ${user.most}::int) s
          join rate_count c on c.key = ${COUNTED_AS} || s.scope
          where c.window_ends_at > ${now} and c.count >= s.most) as "full",
        p.id, p.user_id, p.hash_key_id, p.revoked_at, p.expires_at, p.services, p.last_used_at,
        exists (select from user_block b where b.tenant_id = p.tenant_id and b.user_id = p.user_id
          and (b.expires_at is null or b.expires_at > ${now})) as blocked
      from scoped n
      left join tenant t on t.id = n.tenant_id
      left join app_password p on p.hash = any(array(select jsonb_array_elements_text(${wantedHashes}::jsonb)))
        and p.tenant_id = n.tenant_id`);
    if (!found) throw new Error('the look-up of an app password returns one row');
    return found;
  };
}
