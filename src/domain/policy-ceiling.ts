/** A tenant's policy under the operator's ceiling. */
import type { FieldProblem } from '../errors.ts';
import type { PolicyCeiling } from './ceiling-settings.ts';
import { parsePolicy, type TenantPolicy } from './policy.ts';

/** The policy as it counts: the tenant's, bounded by the ceiling. */
export function underCeiling(policy: TenantPolicy, ceiling: PolicyCeiling): TenantPolicy {
  const { countries, numberTypes, spending } = policy;
  const { refused, nonGeographicRefused } = numberTypes;
  return {
    ...policy,
    countries: { allowed: allowedCountries(countries.allowed, ceiling.countries) },
    numberTypes: {
      refused: [...refused, ...ceiling.refusedNumberTypes.filter((type) => !refused.includes(type))],
      nonGeographicRefused: nonGeographicRefused || ceiling.nonGeographicRefused,
    },
    callTimeLimitS: least(policy.callTimeLimitS, ceiling.callTimeLimitS) ?? policy.callTimeLimitS,
    spending: {
      callsPerDay: least(spending.callsPerDay, ceiling.callsPerDay),
      textsPerDay: least(spending.textsPerDay, ceiling.textsPerDay),
      moneyPerDay: least(spending.moneyPerDay, ceiling.moneyPerDay),
    },
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
 * @param country the tenant's own, on which a default depends; null: not known
 */
export function askedBeyondCeiling(
  policy: TenantPolicy,
  ceiling: PolicyCeiling,
  country: string | null,
): FieldProblem[] {
  const ofDefaults = parsePolicy({}, policy.organisation, country);
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
    field: '/spending/callsPerDay',
    partOf: ({ spending }) => spending.callsPerDay,
    rule: ({ callsPerDay }) => `This must be at most ${callsPerDay}, which is what the operator allows.`,
  },
  {
    field: '/spending/textsPerDay',
    partOf: ({ spending }) => spending.textsPerDay,
    rule: ({ textsPerDay }) => `This must be at most ${textsPerDay}, which is what the operator allows.`,
  },
  {
    field: '/spending/moneyPerDay',
    partOf: ({ spending }) => spending.moneyPerDay,
    rule: ({ moneyPerDay }) => `This must be at most ${moneyPerDay}, which is what the operator allows.`,
  },
];

function allowedCountries(allowed: string[] | null, most: PolicyCeiling['countries']): string[] | null {
  if (most === null) return allowed;
  return allowed === null ? [...most] : allowed.filter((country) => most.includes(country));
}

/** The smaller of two limits; null is none. */
function least(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
