import type { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import { fieldProblems, parseOptions } from '../platform/http/field-problems.ts';
import { LONGEST_SPOKEN, tenantPolicySchema } from './policy-schema.ts';

/** A complete policy. */
export type TenantPolicy = z.output<typeof tenantPolicySchema>;

/**
 * A policy document with its defaults filled in, or what is wrong with it: every wrong field by its JSON pointer with
 * the broken rule, never a value.
 * @param document as stored or as an administrator wrote it
 * @param tenantName becomes the organisation, as far as it can be spoken, when the document names none
 * @param country the only country that is allowed when the document says nothing about countries; null: every one is
 */
export function readPolicy(
  document: unknown,
  tenantName: string,
  country: string | null = null,
): { policy: TenantPolicy; problems: null } | { policy: null; problems: FieldProblem[] } {
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  const parsed = tenantPolicySchema.safeParse(
    isObject
      ? { organisation: spokenName(tenantName), ...document, countries: countriesIn(document, country) }
      : document,
    parseOptions,
  );
  if (parsed.success) return { policy: parsed.data, problems: null };
  return { policy: null, problems: fieldProblems(parsed.error, tenantPolicySchema) };
}

/** The policy that `readPolicy` reads. Throws an Error that names what is wrong. */
export function parsePolicy(
  document: unknown,
  tenantName: string,
  country: string | null = null,
): TenantPolicy {
  const { policy, problems } = readPolicy(document, tenantName, country);
  if (policy) return policy;
  throw new Error(policyFault(problems));
}

/** A sentence that names every wrong field of a policy document and its rule. */
export function policyFault(problems: FieldProblem[]): string {
  const faults = problems.map(({ field, rule }) => `${field || 'the document'}: ${rule}`);
  return `The tenant's policy is not valid. Correct these fields. ${faults.join(' ')}`;
}

/** What a document says about countries, with the tenant's own where it names none. */
function countriesIn(document: object, country: string | null): unknown {
  const { countries = {} } = document as { countries?: unknown };
  const isObject = typeof countries === 'object' && countries !== null && !Array.isArray(countries);
  return isObject && country !== null ? { allowed: [country], ...countries } : countries;
}

/** Leaves out what a voice cannot say; a name of which nothing is left must be given in the document. */
function spokenName(tenantName: string): string {
  const speakable = tenantName
    .replaceAll(/[^\p{L}\p{M}\p{Nd} .,&'-]+/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  return speakable.slice(0, LONGEST_SPOKEN).trim();
}
