import { z } from 'zod';
import type { Scope } from './domain/scope.ts';
import { alsoCalled } from './platform/http/known-fields.ts';
import { routeDefiner } from './platform/http/route.ts';
import type { SecurityDescription } from './platform/http/route-set.ts';

/** Who sent a request, identified by its API key. `identify` of the route set may return more; a route that needs it says so. */
export interface Caller {
  tenantId: string;
  /** What the key may do. */
  scopes: readonly Scope[];
}

/** Defines a route of the REST API: see `platform/http/route.ts`. */
export const defineRoute = routeDefiner<Caller>();

/** Defines a route that is open to everybody. */
export const definePublicRoute = routeDefiner<null>();

/** How the callers of the REST API are described. */
export const API_KEY: SecurityDescription = {
  name: 'apiKey',
  scheme: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key: `Authorization: Bearer pk_…`. Each operation names the scope that the key must have; `GET /v1/key` says which a key has.',
  },
  problems: ['apiKey.missing', 'apiKey.invalid', 'service.busy'],
  scopeProblems: ['apiKey.scopeMissing'],
};

/** What a user's id may not be; the first that it breaks is told. */
const USER_ID_RULES: readonly [isBroken: (id: string) => boolean, rule: string][] = [
  [
    (id) => !/^[\p{L}\p{M}\p{N}\p{P}\p{S}]*$/u.test(id) || /\p{Default_Ignorable_Code_Point}/u.test(id),
    'This must be 1 to 128 letters, digits and other printable characters, without spaces, line breaks and invisible characters.',
  ],
  [
    (id) => id !== id.normalize('NFC') || /[\uFF00-\uFFEF]/.test(id),
    'This must be written in one way only: accents composed (Unicode NFC), and no full-width or half-width forms.',
  ],
  // Clients and proxies decode and shorten such paths, and would reach another address.
  [
    (id) => /\/|^\.\.?$/.test(id),
    'This must have no slash and must not be . or .. since proxies change such paths.',
  ],
];

/** A user as the tenant's backend names it. Opaque; better not a name or an e-mail address. */
export const UserId = z
  .string()
  .min(1)
  .max(128)
  .superRefine((id, context) => {
    const [broken] = USER_ID_RULES.filter(([isBroken]) => isBroken(id));
    if (broken) context.addIssue({ code: 'custom', message: broken[1] });
  })
  .meta({
    description:
      'An opaque id of the user, unique within the tenant: 1 to 128 printable characters without spaces and slashes, percent-encoded in paths',
    example: 'u-1842',
  })
  .register(alsoCalled, {
    names: [
      'user',
      'uid',
      'upn',
      'userName',
      'userPrincipalName',
      'externalUserId',
      'objectId',
      'oid',
      'sub',
      'subject',
      'identity',
    ],
  });

/** A language. */
export const LanguageTag = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'This must be a language tag of BCP 47, such as sv-SE.')
  .meta({ example: 'sv-SE' })
  .register(alsoCalled, { names: ['language', 'lang', 'preferredLanguage'] });

/** A phone number as people type it; which may be called is decided by the policy. */
export const TypedNumber = z
  .string()
  .min(1)
  .max(64)
  .meta({ example: '08-12 34 56 78' })
  .register(alsoCalled, {
    names: [
      'to',
      'phone',
      'phoneNumber',
      'telephone',
      'telephoneNumber',
      'tel',
      'mobile',
      'msisdn',
      'e164',
      'recipient',
      'destination',
      'businessPhone',
      'officePhone',
    ],
  });

/** A country of a number. */
export const CountryCode = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'This must be a country code of ISO 3166-1 alpha-2, such as SE.')
  .meta({ example: 'SE' })
  .register(alsoCalled, { names: ['countryCode', 'countryIso', 'defaultCountry', 'region'] });

/** The header by which a request that is sent again is recognised. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters without spaces.')
  .optional();

/** The id of a verification. */
export const VerificationId = z.guid('This must be a UUID, as the request for the verification returned it.');

/** How many of a list are wanted, as the query says it: at most `most`, and so many by default. */
export function listLimit(most: number) {
  const rule = `This must be a whole number from 1 to ${most}.`;
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, rule)
    .transform(Number)
    .refine((limit) => limit <= most, rule)
    .default(most);
}

/** An instant, ISO 8601 in UTC. */
export const Instant = z.string().meta({ description: 'ISO 8601, UTC', example: '2026-11-21T09:00:00.000Z' });

/** What is dialed behind a switchboard. */
export const Extension = z
  .string()
  .regex(/^[0-9]{1,11}$/, 'This must be 1 to 11 digits.')
  .meta({
    description: 'The extension to dial after the number answers; may also be written after the number',
    example: '1234',
  })
  .register(alsoCalled, { names: ['ext', 'sendDigits', 'phoneExtension'] });

/** A pause around an extension, s. SendDigits knows pauses of half a second (Twilio, Calls). */
export const PauseS = z
  .number()
  .min(0)
  .max(8)
  .multipleOf(0.5, 'This must be a number of half seconds, such as 1.5.')
  .meta({ description: 'Seconds, in steps of 0.5', example: 1.5 });
