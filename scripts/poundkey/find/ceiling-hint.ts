import type { PolicyCeiling } from '../../../src/domain/ceiling-settings.ts';

/** Which settings bound what a refusal with a code says to change in the policy; empty: none. */
export function ceilingHint(code: string, ceiling: PolicyCeiling): string {
  const variables = (BOUNDS[code] ?? []).flatMap(([variable, valueIn]) => {
    const value = valueIn(ceiling);
    return value === null ? [] : [`${variable} (${value})`];
  });
  if (variables.length === 0) return '';
  return ` No policy can allow more than ${variables.join(' and ')}: if that is the cause, change the setting and restart all processes first.`;
}

/** The settings that may be the cause of a refusal, and what each is set to; null: it is not. */
const BOUNDS: Record<string, [string, (ceiling: PolicyCeiling) => string | number | null][]> = {
  'number.countryRefused': [['CEILING_COUNTRIES', ({ countries }) => countries?.join(',') ?? null]],
  'number.typeRefused': [['CEILING_REFUSED_NUMBER_TYPES', refusedTypes]],
  'spending.limitReached': [
    ['CEILING_CALLS_PER_DAY', ({ callsPerDay }) => callsPerDay],
    ['CEILING_TEXTS_PER_DAY', ({ textsPerDay }) => textsPerDay],
    ['CEILING_MONEY_PER_DAY', ({ moneyPerDay }) => moneyPerDay],
  ],
};

function refusedTypes({ refusedNumberTypes, nonGeographicRefused }: PolicyCeiling): string | null {
  const types = [...refusedNumberTypes, ...(nonGeographicRefused ? ['NON_GEOGRAPHIC'] : [])];
  return types.length === 0 ? null : types.join(',');
}
