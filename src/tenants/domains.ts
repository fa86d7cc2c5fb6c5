import { domainToASCII } from 'node:url';
import type { Kysely } from 'kysely';
import type { Clock } from '../platform/clock.ts';
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
      await db
        .insertInto('tenantDomain')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const kept = await db
        .selectFrom('tenantDomain')
        .select(['domain', 'tenantId', 'createdAt'])
        .where('domain', '=', row.domain)
        .executeTakeFirst();
      return kept ?? row;
    },

    /** Takes a domain from whoever has it. Returns whether somebody had. */
    async remove(domain: string): Promise<boolean> {
      const removed = await db
        .deleteFrom('tenantDomain')
        .where('domain', '=', checkedDomain(domain))
        .returning('domain')
        .executeTakeFirst();
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

function checkedDomain(domain: string): string {
  const ascii = domainToASCII(domain.trim().toLowerCase());
  if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(ascii) && ascii.length <= 253) return ascii;
  throw invalidField('/domain', 'This must be a domain such as contoso.com, without @ and without spaces.');
}
