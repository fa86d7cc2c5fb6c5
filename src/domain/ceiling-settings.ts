/** The operator's ceiling as it stands in the environment. */
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { listOf } from '../platform/settings.ts';
import { NUMBER_TYPES, type NumberType } from './number-types.ts';

/** What no tenant's policy can exceed. Null, false or empty: the policy alone decides. */
export interface PolicyCeiling {
  /** The only countries that are called, ISO 3166-1 alpha-2. */
  countries: readonly string[] | null;
  /** Kinds of numbers that are never called. */
  refusedNumberTypes: readonly NumberType[];
  /** Numbers of no country (satellites, international premium and shared cost) are never called. */
  nonGeographicRefused: boolean;
  /** The longest call, s. */
  callTimeLimitS: number | null;
  /** Calls of one tenant in a day (UTC). */
  callsPerDay: number | null;
  /** Text messages of one tenant in a day (UTC). */
  textsPerDay: number | null;
  /** What the calls and text messages of one tenant in a day (UTC) may cost, in the currency of the table of prices. */
  moneyPerDay: number | null;
}

/** Policies alone decide. */
export const NO_CEILING: PolicyCeiling = {
  countries: null,
  refusedNumberTypes: [],
  nonGeographicRefused: false,
  callTimeLimitS: null,
  callsPerDay: null,
  textsPerDay: null,
  moneyPerDay: null,
};

const NON_GEOGRAPHIC = 'NON_GEOGRAPHIC';
const REFUSED = [...NUMBER_TYPES, NON_GEOGRAPHIC] as const;

const bounded = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`)
    .optional();

/** A setting that limits the calls, or the text messages, of a day. */
export const NUMBER_PER_DAY = z
  .string()
  .regex(/^(?=.{1,6}$|1000000$)[1-9]\d*$/, 'must be a whole number between 1 and 1000000')
  .transform(Number)
  .optional();

/** A setting that limits what the calls and text messages of a day cost. */
export const MONEY_PER_DAY = z
  .string()
  .regex(/^(?!0+(\.0*)?$)\d{1,6}(\.\d{1,2})?$/, 'must be an amount greater than 0, such as 250 or 99.50')
  .transform(Number)
  .optional();

/** The variables, each with its rule. */
export const CEILING_VARIABLES = {
  CEILING_COUNTRIES: listOf(
    z.string().refine((code) => /^[A-Z]{2}$/.test(code) && isSupportedCountry(code)),
    'must be country codes of ISO 3166-1 alpha-2 with commas between, such as SE,NO',
  ).optional(),
  CEILING_REFUSED_NUMBER_TYPES: listOf(
    z.enum(REFUSED),
    `must be some of ${REFUSED.join(', ')}, with commas between`,
  ).optional(),
  CEILING_CALL_TIME_LIMIT_S: bounded(30, 600),
  CEILING_CALLS_PER_DAY: NUMBER_PER_DAY,
  CEILING_TEXTS_PER_DAY: NUMBER_PER_DAY,
  CEILING_MONEY_PER_DAY: MONEY_PER_DAY,
};

/** The ceiling that checked variables describe. */
export function ceilingOf(env: z.output<z.ZodObject<typeof CEILING_VARIABLES>>): PolicyCeiling {
  const refused = env.CEILING_REFUSED_NUMBER_TYPES ?? [];
  return {
    countries: env.CEILING_COUNTRIES ?? null,
    refusedNumberTypes: NUMBER_TYPES.filter((type) => refused.includes(type)),
    nonGeographicRefused: refused.includes(NON_GEOGRAPHIC),
    callTimeLimitS: env.CEILING_CALL_TIME_LIMIT_S ?? null,
    callsPerDay: env.CEILING_CALLS_PER_DAY ?? null,
    textsPerDay: env.CEILING_TEXTS_PER_DAY ?? null,
    moneyPerDay: env.CEILING_MONEY_PER_DAY ?? null,
  };
}
