import type { Kysely } from 'kysely';
import type { TenantPolicy } from '../domain/policy.ts';
import { keepNewest } from '../platform/keep-newest.ts';
import type { Registry } from '../registry/schema.ts';

/** How many parsed policies a process keeps. */
const MOST_KEPT = 1_000;

/** A version of a tenant's policy, with every default. Throws an Error when there is none or it is not valid. */
export type PolicyAt = (tenantId: string, version: number) => Promise<TenantPolicy>;

/** Reads a stored document as the policy that counts. */
type Effective = (stored: StoredDocument) => TenantPolicy;

/** A policy as it is stored, and what of its tenant its defaults depend on. */
export interface StoredDocument {
  tenantId: string;
  document: unknown;
  tenantName: string;
  /** ISO 3166-1 alpha-2; null: not known. */
  country: string | null;
}

/** Reads and parses each version once: a version never changes, and which one is current comes with each row. */
export function createPolicyCache(db: Kysely<Registry>, effective: Effective): PolicyAt {
  const kept = new Map<string, Promise<TenantPolicy>>();
  const read = async (tenantId: string, version: number) =>
    effective({ tenantId, ...(await load(db, tenantId, version)) });
  return (tenantId, version) => {
    const key = `${version} ${tenantId}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const policy = read(tenantId, version);
    keepNewest(kept, key, policy, MOST_KEPT);
    policy.catch(() => {
      if (kept.get(key) === policy) kept.delete(key);
    });
    return policy;
  };
}

async function load(db: Kysely<Registry>, tenantId: string, version: number) {
  const stored = await db
    .selectFrom('policyVersion')
    .innerJoin('tenant', 'tenant.id', 'policyVersion.tenantId')
    .select(['policyVersion.document', 'tenant.name as tenantName', 'tenant.country'])
    .where('policyVersion.tenantId', '=', tenantId)
    .where('policyVersion.version', '=', version)
    .executeTakeFirst();
  if (stored) return stored;
  throw new Error(
    `The tenant ${tenantId} has no policy of version ${version}; versions are never removed, so the registry was edited.`,
  );
}
