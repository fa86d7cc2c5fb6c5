import { type CallableNumber, understandNumber } from '../domain/number.ts';
import { parsePolicy, type TenantPolicy } from '../domain/policy.ts';

/** A tenant's policy as it is applied. */
export type TenantRules = TenantPolicy & {
  /** Reads a number as typed; throws a `ServiceError` `number.*` when it may not be called. */
  understandNumber(typed: {
    number: string;
    country?: string | undefined;
    extension?: string | undefined;
  }): CallableNumber;
};

/**
 * Looks up and applies policies, always as they are now.
 * @param deps.policyOf a tenant's name and policy document as stored, or null
 * @returns a function that throws an `Error` for a tenant that does not exist or whose document is not valid
 */
export function createRulesOf(deps: {
  policyOf(tenantId: string): Promise<{ tenantName: string; policy: Record<string, unknown> } | null>;
}) {
  return async (tenantId: string): Promise<TenantRules> => {
    const stored = await deps.policyOf(tenantId);
    if (!stored)
      throw new Error(
        `The tenant ${tenantId} does not exist; tenants are never deleted, so the registry was edited.`,
      );
    const policy = parsePolicy(stored.policy, stored.tenantName);
    return { ...policy, understandNumber: (typed) => understandNumber(typed, policy) };
  };
}
