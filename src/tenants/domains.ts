import { domainToASCII } from 'node:url';
import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { invalidField } from './checked.ts';

/** A domain of a tenant. */
export interface TenantDomain {
  domain: string;
  tenantId: string;
  createdAt: Date;
}

/**
 * Domains of tenants: what people type behind the `@` of a user name. Each is of one tenant, and operators say of which:
 * a tenant that could claim another's domain would be asked for its people's app passwords.
 */
export function createTenantDomains({ db, clock }: { db: Kysely<Registry>; clock: Clock }) {
  return {
    /**
     * Adds a domain to a tenant that exists.
     * @param domain `contoso.com`, or a word such as `CONTOSO` for names like `CONTOSO\anna`
     * @returns whose it is now: another tenant's stays that tenant's
     * @throws ServiceError `request.invalid` naming `/domain`
     */
    async add(tenantId: string, domain: string): Promise<TenantDomain> {
      const row = { domain: checkedDomain(domain), tenantId, createdAt: clock.now() };
      await runIn(db)(sql`
        with changed as (
          insert into tenant_domain (domain, tenant_id, created_at)
          values (${row.domain}, ${tenantId}, ${row.createdAt}) on conflict do nothing returning *),
        ${auditEvents([{ ...OF_DOMAIN, type: 'tenantDomain.added' }], row.createdAt)}
        select 1`);
      const kept = await db
        .selectFrom('tenantDomain')
        .select(['domain', 'tenantId', 'createdAt'])
        .where('domain', '=', row.domain)
        .executeTakeFirst();
      return kept ?? row;
    },

    /** Takes a domain from whoever has it. Returns whether somebody had. */
    async remove(domain: string): Promise<boolean> {
      const [removed] = await runIn(db)(sql`
        with changed as (delete from tenant_domain where domain = ${checkedDomain(domain)} returning *),
        ${auditEvents([{ ...OF_DOMAIN, type: 'tenantDomain.removed' }], clock.now())}
        select domain from changed`);
      return removed !== undefined;
    },

    /** A tenant's domains, the oldest first: that one is in the names of mailboxes. */
    list: (tenantId: string): Promise<TenantDomain[]> =>
      db
        .selectFrom('tenantDomain')
        .select(['domain', 'tenantId', 'createdAt'])
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt')
        .orderBy('domain')
        .execute(),
  };
}

const OF_DOMAIN: Omit<AuditEvent, 'type'> = {
  ...{ from: sql`changed`, userId: null },
  data: sql`jsonb_build_object('domain', domain)`,
};

function checkedDomain(domain: string): string {
  const ascii = domainToASCII(domain.trim().toLowerCase());
  if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(ascii) && ascii.length <= 253) return ascii;
  throw invalidField('/domain', 'This must be a domain such as contoso.com, without @ and without spaces.');
}
