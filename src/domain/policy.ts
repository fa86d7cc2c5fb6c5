import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { LanguageTag, PauseS } from '../api.ts';
import type { FieldProblem } from '../errors.ts';
import { fieldProblems, parseOptions } from '../platform/http/field-problems.ts';
import { extensionFits, TOO_MUCH_PAUSE } from './pauses.ts';

/** The kinds of numbers that libphonenumber tells apart. */
const NUMBER_TYPES = [
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'UAN',
  'TOLL_FREE',
  'SHARED_COST',
  'PREMIUM_RATE',
  'PERSONAL_NUMBER',
  'PAGER',
  'VOICEMAIL',
] as const;

/**
 * Kinds that no office phone has, and that cost the caller or pay the called party: the usual targets of toll fraud. UAN is not among
 * them, since ordinary Swedish companies have such numbers (010).
 */
const REFUSED_TYPES: NumberType[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'PERSONAL_NUMBER',
  'PAGER',
  'VOICEMAIL',
  'TOLL_FREE',
];

/** Spoken in the prompt, so nothing but what a voice can say. */
const SPOKEN = /^[\p{L}\p{M}\p{Nd} .,&'-]+$/u;
const LONGEST_SPOKEN = 60;
/** Whole sentences. */
const SPOKEN_TEXT = /^[\p{L}\p{M}\p{Nd} .,;:!?&'’"()-]+$/u;

/** A country that libphonenumber knows. */
export const Country = z
  .string()
  .refine(
    (code) => /^[A-Z]{2}$/.test(code) && isSupportedCountry(code),
    'This must be a country code of ISO 3166-1 alpha-2, such as SE.',
  );

const spokenText = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(SPOKEN_TEXT, 'This is spoken: use letters, digits, spaces and punctuation only.');

const audioUrl = z.url({ protocol: /^https$/, error: 'This must be an https address.' }).max(500);

const limit = (count: number, windowS: number) =>
  z
    .strictObject({
      count: z.int().min(1).max(1_000_000).default(count),
      windowS: z.int().min(1).max(86_400).default(windowS),
    })
    .prefault({});

/** What a tenant allows and wants; whatever a document leaves out has its default. Times are in seconds. */
export const tenantPolicySchema = z.strictObject({
  version: z.literal(1).default(1),
  /** The name that the prompt says. */
  organisation: z
    .string()
    .trim()
    .min(1)
    .max(LONGEST_SPOKEN)
    .regex(SPOKEN, "This is spoken: use letters, digits, spaces and . , & ' - only."),
  officePhone: z.strictObject({ allowed: z.boolean().default(true) }).prefault({}),
  /**
   * `allowed: null` is every country. Fraud often aims at a few countries, so a list is the best protection. Left out: the
   * tenant's own country, if it has one.
   */
  countries: z.strictObject({ allowed: z.array(Country).min(1).nullable().default(null) }).prefault({}),
  numberTypes: z
    .strictObject({
      refused: z.array(z.enum(NUMBER_TYPES)).default(REFUSED_TYPES),
      /** Numbers of no country: satellites (which look like mobiles), international premium and shared cost. */
      nonGeographicRefused: z.boolean().default(true),
    })
    .prefault({}),
  /**
   * What the person does to approve: press `#` (`pound`), type the two digits on the screen and `#` (`numberMatch`),
   * or type the PIN the tenant set for them and `#` (`pin`).
   */
  challenge: z.enum(['pound', 'numberMatch', 'pin']).default('pound'),
  machineDetection: z.boolean().default(true),
  /** The language of prompts when a request names none (BCP 47); null leaves it to the number's country. */
  locale: LanguageTag.nullable().default(null),
  /** How long the phone may ring. */
  ringTimeoutS: z.int().min(5).max(60).default(30),
  /** How long a whole call may last. */
  callTimeLimitS: z.int().min(30).max(600).default(120),
  /** How long after the request a call may still be placed. */
  expiresAfterS: z.int().min(60).max(3600).default(600),
  /** How far in the future the free moment of the caller line may lie before a request is refused as too busy. */
  patienceS: z.int().min(5).max(3600).default(120),
  /** Whether one more call is placed, `afterS` later, when the line was busy or nobody answered. */
  redial: z
    .strictObject({
      onBusy: z.boolean().default(false),
      onNoAnswer: z.boolean().default(false),
      afterS: z.int().min(5).max(300).default(30),
    })
    .prefault({}),
  /** Pauses in seconds (halves allowed) around a dialled extension, where neither request nor PBX profile says. */
  extension: z
    .strictObject({
      allowed: z.boolean().default(true),
      pauseBeforeS: PauseS.default(1),
      pauseAfterS: PauseS.default(1),
    })
    .refine((pauses) => extensionFits(pauses), TOO_MUCH_PAUSE)
    .prefault({}),
  /** What follows when somebody reports a call as fraud; `blockForS` null blocks until the user is unblocked. */
  fraud: z
    .strictObject({
      blockUser: z.boolean().default(true),
      blockForS: z.int().min(60).max(31_536_000).nullable().default(null),
    })
    .prefault({}),
  /** How many verifications may be requested within how long. */
  limits: z
    .strictObject({
      perUser: limit(10, 3600),
      perNumber: limit(10, 3600),
      /** All extensions of one number together. */
      perSwitchboard: limit(60, 3600),
      perTenant: limit(10_000, 3600),
    })
    .prefault({}),
  /** Limits of one day (UTC): how many calls, and how much they may cost as the operator's price table estimates it, in its currency. Null: none. */
  spending: z
    .strictObject({
      callsPerDay: z.int().min(1).max(1_000_000).nullable().default(null),
      moneyPerDay: z.number().min(0.01).max(1_000_000).nullable().default(null),
    })
    .prefault({}),
  /** What is said, or played, before the first prompt, by language; addresses of audio are https. */
  greeting: z
    .record(LanguageTag, z.union([z.strictObject({ text: spokenText }), z.strictObject({ audioUrl })]))
    .default({}),
  appPassword: z
    .strictObject({ issue: z.boolean().default(true), length: z.int().min(16).max(64).default(16) })
    .prefault({}),
});

/**
 * A policy as an administrator sends it: every field may be left out but the version of its form, so that a request
 * without a body does not reset everything.
 */
export const policyDocumentSchema = tenantPolicySchema
  .partial({ organisation: true })
  .extend({ version: z.literal(1) });

/** A complete policy. */
export type TenantPolicy = z.output<typeof tenantPolicySchema>;
type NumberType = (typeof NUMBER_TYPES)[number];

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
  return { policy: null, problems: fieldProblems(parsed.error) };
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
