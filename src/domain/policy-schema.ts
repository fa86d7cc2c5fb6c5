import { z } from 'zod';
import { LanguageTag, PauseS } from '../api.ts';
import { ASSERTION_FIELDS } from './assertion-policy.ts';
import { countryCode, countryRule } from './country-code.ts';
import { MOBILE_FIELDS } from './mobile-policy.ts';
import { NUMBER_TYPES, type NumberType } from './number-types.ts';
import { extensionFits, TOO_MUCH_PAUSE } from './pauses.ts';
import { retentionSchema } from './retention.ts';
import { SELF_SERVICE_FIELDS } from './self-service-policy.ts';

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
/** The longest name of an organisation, in characters. */
export const LONGEST_SPOKEN = 60;
/** Whole sentences. */
const SPOKEN_TEXT = /^[\p{L}\p{M}\p{Nd} .,;:!?&'’"()-]+$/u;

/** A country that libphonenumber knows. */
export const Country = z
  .string()
  .refine((code) => countryCode(code) === code, { error: ({ input }) => countryRule(input) });

const spokenText = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(SPOKEN_TEXT, 'This is spoken: use letters, digits, spaces and punctuation only.');

const audioUrl = z.url({ protocol: /^https$/, error: 'This must be an https address.' }).max(500);

const limit = (count: number, windowS: number, counted: string) =>
  z
    .strictObject({
      count: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(count)
        .meta({
          description: `The most verifications ${counted} in each window; further requests are refused`,
        }),
      windowS: z
        .int()
        .min(1)
        .max(86_400)
        .default(windowS)
        .meta({ description: 'The length of the window, s' }),
    })
    .prefault({})
    .meta({ description: `How many verifications may be requested ${counted}` });

const greeting = z.union([
  z.strictObject({ text: spokenText.meta({ description: 'Spoken by the voice of the prompts' }) }),
  z.strictObject({
    audioUrl: audioUrl.meta({ description: 'An audio file that the provider fetches and plays' }),
  }),
]);

const VERSION_RULE =
  'This must be 1, the version of the format of this document. The version of the policy goes into If-Match.';
const FORMAT_VERSION = 'The version of the format of this document, not of the policy';

/** Countries of numbers that may be called. */
const AllowedCountries = z.array(Country).nullable().meta({
  description:
    'The countries whose numbers may be called, ISO 3166-1 alpha-2; null is every country. The answer has an empty list where the ceiling of the operator leaves none. Fraud often aims at a few countries, so a list is the best protection. Left out: the own country of the tenant, if it has one',
});

/** What a tenant allows and wants; whatever a document leaves out has its default. Names that end in `S` are in seconds. */
export const tenantPolicySchema = z.strictObject({
  version: z.literal(1).default(1).meta({ description: FORMAT_VERSION }),
  organisation: z
    .string()
    .trim()
    .min(1)
    .max(LONGEST_SPOKEN)
    .regex(SPOKEN, "This is spoken: use letters, digits, spaces and . , & ' - only.")
    .meta({
      description: "The name that the prompt says; by default the tenant's name, as far as it can be spoken",
    }),
  officePhone: z
    .strictObject({
      allowed: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether office phones may be registered and called' }),
      mobileNumbers: z.enum(['allowed', 'refused']).default('allowed').meta({
        description:
          'Whether a mobile may be an office phone. Where the numbers of a country do not show whether they are mobiles, as in the United States, they may',
      }),
    })
    .prefault({})
    .meta({ description: 'Office phones' }),
  ...MOBILE_FIELDS,
  countries: z
    .strictObject({
      allowed: AllowedCountries.default(null),
    })
    .prefault({})
    .meta({ description: 'Which countries are called' }),
  numberTypes: z
    .strictObject({
      refused: z.array(z.enum(NUMBER_TYPES)).default(REFUSED_TYPES).meta({
        description:
          'The types of numbers, as libphonenumber names them, that are not called. The default leaves out what no office phone has and what costs the caller or pays the called party',
      }),
      nonGeographicRefused: z.boolean().default(true).meta({
        description:
          'Whether numbers of no country are refused: satellites (which look like mobiles), international premium and shared cost',
      }),
    })
    .prefault({})
    .meta({ description: 'Which types of numbers are called' }),
  challenge: z.enum(['pound', 'numberMatch', 'pin']).default('pound').meta({
    description:
      'What the person does to approve: press `#` (`pound`), type the two digits on the screen and `#` (`numberMatch`), or type the PIN that the tenant set for them and `#` (`pin`)',
  }),
  machineDetection: z.boolean().default(true).meta({
    description:
      'Whether the provider listens for answering machines, so that a voicemail ends the call at once; never behind a switchboard',
  }),
  locale: LanguageTag.nullable().default(null).meta({
    description:
      "The language of the prompts (BCP 47) where neither the request nor the user has one; null leaves it to the number's country",
  }),
  ringTimeoutS: z.int().min(5).max(60).default(30).meta({ description: 'How long the phone may ring, s' }),
  callTimeLimitS: z
    .int()
    .min(30)
    .max(600)
    .default(120)
    .meta({ description: 'How long a whole call may last, s; then it is hung up' }),
  expiresAfterS: z
    .int()
    .min(60)
    .max(3600)
    .default(600)
    .meta({ description: 'How long after the request a call may still be placed, s' }),
  patienceS: z.int().min(5).max(3600).default(120).meta({
    description:
      'How far in the future the free moment of the caller line may lie before a request is refused as too busy, s',
  }),
  redial: z
    .strictObject({
      onBusy: z.boolean().default(false).meta({ description: 'Whether a busy phone is called again' }),
      onNoAnswer: z
        .boolean()
        .default(false)
        .meta({ description: 'Whether a phone that nobody answered is called again' }),
      afterS: z
        .int()
        .min(5)
        .max(300)
        .default(30)
        .meta({ description: 'How long to wait before the second call, s' }),
    })
    .prefault({})
    .meta({ description: 'One more call when the first reached nobody' }),
  extension: z
    .strictObject({
      allowed: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether numbers may have an extension behind a switchboard' }),
      pauseBeforeS: PauseS.default(1).meta({
        description:
          'The pause before the extension is dialed, s, where neither request nor PBX profile has one',
      }),
      pauseAfterS: PauseS.default(1).meta({
        description: 'The pause between the extension and the prompt, s, likewise',
      }),
    })
    .refine((pauses) => extensionFits(pauses), TOO_MUCH_PAUSE)
    .prefault({})
    .meta({ description: 'Extensions behind switchboards' }),
  fraud: z
    .strictObject({
      blockUser: z.boolean().default(true).meta({
        description:
          'Whether a user who reports fraud on a registered phone is blocked from further verifications',
      }),
      blockForS: z
        .int()
        .min(60)
        .max(31_536_000)
        .nullable()
        .default(null)
        .meta({ description: 'How long such a block lasts, s; null: until the user is unblocked' }),
    })
    .prefault({})
    .meta({ description: 'What follows when somebody reports a call as fraud' }),
  limits: z
    .strictObject({
      perUser: limit(10, 3600, 'for one user'),
      perNumber: limit(10, 3600, 'for one number with its extension, by all tenants together'),
      perSwitchboard: limit(60, 3600, 'for all extensions of one number together, by all tenants together'),
      perTenant: limit(10_000, 3600, 'by the whole tenant'),
    })
    .prefault({})
    .meta({ description: 'How many verifications may be requested' }),
  spending: z
    .strictObject({
      callsPerDay: z.int().min(1).max(1_000_000).nullable().default(null).meta({
        description: 'How many calls may be requested in a day (UTC); null: no limit',
      }),
      textsPerDay: z.int().min(1).max(1_000_000).nullable().default(null).meta({
        description:
          'How many text messages may be sent in a day (UTC), those sent again included; null: no limit',
      }),
      moneyPerDay: z.number().min(0.01).max(1_000_000).nullable().default(null).meta({
        description:
          "How much the calls and text messages of a day (UTC) may cost, as the operator's price table estimates it, in its currency; null: no limit",
      }),
    })
    .prefault({})
    .meta({ description: 'Limits of one day' }),
  greeting: z.record(LanguageTag, greeting).default({}).meta({
    description:
      'What is said, or played, before the first prompt, by language: `{"sv-SE": {"text": "…"}}` or `{"sv-SE": {"audioUrl": "https://…"}}`',
  }),
  appPassword: z
    .strictObject({
      issue: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether an approved registration issues an app password' }),
      length: z
        .int()
        .min(16)
        .max(64)
        .default(16)
        .meta({ description: 'How many letters an app password has' }),
      revokeOnRemoval: z.boolean().default(true).meta({
        description:
          "Whether removing or changing a phone that was verified revokes the user's app passwords",
      }),
      onRequest: z.boolean().default(true).meta({
        description: 'Whether the backend may make app passwords without a verification',
      }),
      expiresAfterDays: z.int().min(1).max(3650).nullable().default(null).meta({
        description:
          'How long a new app password opens anything, days, by default and at most; null: it has no end',
      }),
      userNameCase: z.enum(['ignored', 'exact']).default('ignored').meta({
        description: 'Whether capitals make a difference in the user names that are typed into older apps',
      }),
    })
    .prefault({})
    .meta({ description: 'App passwords' }),
  ...ASSERTION_FIELDS,
  ...SELF_SERVICE_FIELDS,
  retention: retentionSchema,
});

/**
 * A policy as an administrator sends it: every field may be left out but the version of its form, so that a request
 * without a body does not reset everything.
 */
export const policyDocumentSchema = tenantPolicySchema.partial({ organisation: true }).extend({
  version: z.literal(1, VERSION_RULE).meta({ description: FORMAT_VERSION }),
  // What is left out here must not read as every country: the default depends on the tenant.
  countries: z
    .strictObject({ allowed: AllowedCountries.optional() })
    .optional()
    .meta({ description: 'Which countries are called' }),
});
