import type { Kysely } from 'kysely';
import type { Config } from '../../../src/config.ts';
import type { TenantPolicy } from '../../../src/domain/policy.ts';
import type { Registry } from '../../../src/registry/schema.ts';

/** Reads the policy of a tenant as it counts. */
type PolicyOf = (tenantId: string) => Promise<{ policy: TenantPolicy }>;

/**
 * The countries that policies with text messages allow by name, and for which neither TEXT_SENDERS nor CALLER_LINES has an entry:
 * texts to them come from the first caller line, which not every network lets through.
 */
export async function unnamedSenders(
  { byCountry, senders = {} }: Config['lines'],
  db: Kysely<Registry>,
  policyOf: PolicyOf,
): Promise<string[]> {
  const unnamed = new Set<string>();
  for (const { id } of await db.selectFrom('tenant').select('id').execute()) {
    const { policy } = await policyOf(id);
    const reached = policy.textMessage.allowed && policy.mobilePhone.allowed ? policy.countries.allowed : [];
    for (const country of reached ?? [])
      if (!Object.hasOwn(senders, country) && !Object.hasOwn(byCountry, country)) unnamed.add(country);
  }
  return [...unnamed].sort();
}
