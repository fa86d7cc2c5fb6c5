/** A tenant's policy under the operator's ceiling. */
import type { FieldProblem } from '../errors.ts';
import type { PolicyCeiling } from './ceiling-settings.ts';
import type { TenantPolicy } from './policy.ts';
import { tenantPolicySchema } from './policy-schema.ts';

/** The policy as it counts: the tenant's, bounded by the ceiling. */
export function underCeiling(policy: TenantPolicy, ceiling: PolicyCeiling): TenantPolicy {
  const { countries, numberTypes, limits } = policy;
  const { refused, nonGeographicRefused } = numberTypes;
  const { perTenant } = limits;
  return {
    ...policy,
    countries: { allowed: allowedCountries(countries.allowed, ceiling.countries) },
    numberTypes: {
      refused: [...refused, ...ceiling.refusedNumberTypes.filter((type) => !refused.includes(type))],
      nonGeographicRefused: nonGeographicRefused || ceiling.nonGeographicRefused,
    },
    callTimeLimitS: atMost(policy.callTimeLimitS, ceiling.callTimeLimitS),
    limits: { ...limits, perTenant: { ...perTenant, count: atMost(perTenant.count, ceiling.callsPerDay) } },
  };
}

/** Every field of a policy that exceeds the ceiling, by its JSON pointer, with what the ceiling allows. */
export function beyondCeiling(policy: TenantPolicy, ceiling: PolicyCeiling): FieldProblem[] {
  const under = underCeiling(policy, ceiling);
  return FIELDS.filter(({ partOf }) => !isSame(partOf(policy), partOf(under))).map(({ field, rule }) => ({
    field,
    rule: rule(ceiling),
  }));
}

/**
 * Those among them that a tenant asked for: what has its default was most likely left out, and is bounded without a
 * word, or no policy could be set that does not name every field.
 */
export function askedBeyondCeiling(policy: TenantPolicy, ceiling: PolicyCeiling): FieldProblem[] {
  const ofDefaults = tenantPolicySchema.parse({ organisation: policy.organisation });
  const usual = FIELDS.filter(({ partOf }) => isSame(partOf(policy), partOf(ofDefaults)));
  return beyondCeiling(policy, ceiling).filter(({ field }) => usual.every((each) => each.field !== field));
}

const FIELDS: readonly {
  field: string;
  partOf: (policy: TenantPolicy) => unknown;
  rule: (ceiling: PolicyCeiling) => string;
}[] = [
  {
    field: '/countries/allowed',
    partOf: ({ countries }) => countries.allowed,
    rule: ({ countries }) =>
      `The operator allows these countries only: ${countries?.join(', ')}. Name some of them.`,
  },
  {
    field: '/numberTypes/refused',
    partOf: ({ numberTypes }) => numberTypes.refused,
    rule: ({ refusedNumberTypes }) =>
      `The operator never has these types called, so they must be in this list: ${refusedNumberTypes.join(', ')}.`,
  },
  {
    field: '/numberTypes/nonGeographicRefused',
    partOf: ({ numberTypes }) => numberTypes.nonGeographicRefused,
    rule: () => 'This must be true: the operator never has numbers of no country called.',
  },
  {
    field: '/callTimeLimitS',
    partOf: ({ callTimeLimitS }) => callTimeLimitS,
    rule: ({ callTimeLimitS }) =>
      `This must be at most ${callTimeLimitS}, which is as long as the operator allows.`,
  },
  {
    field: '/limits/perTenant/count',
    partOf: ({ limits }) => limits.perTenant.count,
    rule: ({ callsPerDay }) =>
      `This must be at most ${callsPerDay}: the operator allows no more calls in 24 hours.`,
  },
];

function allowedCountries(allowed: string[] | null, most: PolicyCeiling['countries']): string[] | null {
  if (most === null) return allowed;
  return allowed === null ? [...most] : allowed.filter((country) => most.includes(country));
}

function atMost(value: number, most: number | null): number {
  return most === null ? value : Math.min(value, most);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
