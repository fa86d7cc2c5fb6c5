import { z } from 'zod';
import { CountryCode, Extension, Instant, TypedNumber, UserId } from '../api.ts';
import { PHONE_TYPES } from '../domain/phone-type.ts';
import { ACTORS } from './messages.ts';
import { SMS_SIGN_IN_STATES } from './sms-sign-in-state.ts';

/** The id of a phone in an address. */
export const PhoneMethodId = z.guid('This must be a UUID, as the list of phone methods shows it.');

/** The types of phones, in requests and answers. */
const PhoneTypeName = z.enum(PHONE_TYPES).meta({
  description: 'One of each per user; an alternate mobile needs a mobile beside it',
  example: 'office',
});

const Reasons = z.array(
  z.object({
    code: z.string().meta({
      description: 'The code of the error that it is refused with',
      example: 'phoneMethod.isDefault',
    }),
    text: z.string().meta({ description: 'What the reason is and what to do' }),
    changeableBy: z.enum(ACTORS).meta({ description: 'Who can change that' }),
  }),
);

const Action = z
  .object({ allowed: z.boolean(), reasons: Reasons })
  .meta({ id: 'PhoneMethodAction', description: 'Whether it is allowed and, if not, every reason' });

const SignInState = z.enum(SMS_SIGN_IN_STATES).meta({
  description:
    'Whether its number is a user name: ready. notEnabled: it could be. notConfigured: it is not verified. notAllowedByPolicy. phoneNumberNotUnique: the number is in use by another user. notSupported: it is no mobile',
  example: 'ready',
});

/** Also a type of the client. */
export const SmsSignInView = z
  .object({
    smsSignInState: SignInState,
    canBeEnabled: z.boolean().meta({
      description: 'Whether the user has a number that would be a user name once it is enabled',
    }),
    phoneMethodId: z.guid().nullable().meta({ description: 'The mobile; null without one' }),
    phoneNumber: z
      .string()
      .nullable()
      .meta({ description: 'Its number in the format of Microsoft Graph', example: '+46 701234567' }),
    reasons: Reasons.meta({ description: 'Every reason why it cannot be enabled' }),
  })
  .meta({ id: 'SmsSignIn' });

/** Also a type of the client. */
export const PhoneMethodView = z
  .object({
    id: z.guid(),
    phoneNumber: z
      .string()
      .meta({ description: 'In the format of Microsoft Graph', example: '+46 812345678x1234' }),
    phoneType: PhoneTypeName,
    extension: z.string().nullable().meta({ description: 'Null without one', example: '1234' }),
    smsSignInState: SignInState,
    isDefault: z
      .boolean()
      .meta({ description: 'Exactly one phone of a user is, as long as any is verified' }),
    verifiedAt: Instant.nullable().meta({
      description:
        'Null: entered by an administrator, or to be registered again; it is not called and counts for nothing until it is verified',
    }),
    createdDateTime: Instant,
    actions: z
      .object({
        ...{ remove: Action, setDefault: Action, change: Action },
        ...{ enableSmsSignIn: Action, disableSmsSignIn: Action },
      })
      .meta({ description: 'What may be done with it' }),
  })
  .meta({ id: 'PhoneMethod' });

const number = {
  number: TypedNumber.meta({ description: 'As people type it; an extension may be written after it' }),
  country: CountryCode.optional().meta({ description: 'Required unless the number starts with +' }),
  extension: Extension.optional(),
};

/** Also a type of the client. */
export const NewPhoneMethod = z
  .strictObject({ phoneType: PhoneTypeName, ...number })
  .meta({ id: 'NewPhoneMethod' });

/** Also a type of the client. */
export const PhoneMethodChange = z.strictObject(number).meta({ id: 'PhoneMethodChange' });

/** Numbers in one request. */
export const MOST_IMPORTED = 1_000;

/** Looser than they are for one number: what is wrong with an entry holds up no other. */
const Listed = z
  .strictObject({
    userId: z.string().meta({ description: 'The id of the user', example: 'u-1842' }),
    phoneType: z.string().default('office').meta({ description: 'office, mobile or alternateMobile' }),
    number: z.string().meta({ description: 'As text, as people type it', example: '08-12 34 56 78' }),
    country: z
      .string()
      .optional()
      .meta({ description: 'Required unless the number starts with +', example: 'SE' }),
    extension: z.string().optional(),
  })
  .meta({ id: 'ListedPhoneMethod' });

/** Also a type of the client. */
export const PhoneMethodList = z
  .strictObject({ value: z.array(Listed).min(1).max(MOST_IMPORTED) })
  .meta({ id: 'PhoneMethodList' });

/** Also a type of the client. */
export const ImportedView = z
  .object({
    userId: z.string(),
    phoneType: z.string(),
    result: z.enum(['added', 'changed', 'unchanged', 'refused']).meta({
      description:
        'added: entered. changed: entered in place of another number that was not verified. unchanged: it was there already. refused: code and text say why',
    }),
    id: z
      .guid()
      .nullable()
      .meta({ description: 'The phone that the user has now; null when it was refused' }),
    code: z.string().nullable().meta({ example: 'number.invalid' }),
    text: z.string().nullable(),
  })
  .meta({ id: 'ImportedPhoneMethod' });

/** Also a type of the client. */
export const ReregistrationView = z
  .object({
    phoneMethods: z.int().meta({ description: 'Phones that count no more until they are verified again' }),
    verificationsEnded: z.int().meta({ description: 'Open verifications that were ended' }),
  })
  .meta({ id: 'Reregistration' });

/** What is posted about a phone. */
export const PhoneMethodData = z
  .object({
    userId: UserId,
    phoneMethodId: z.guid(),
    phoneType: PhoneTypeName,
    isVerified: z.boolean(),
    isDefault: z.boolean(),
    isSmsSignInEnabled: z.boolean().meta({
      description: 'Whether its number is enabled as user name; whether it signs in is up to the policy too',
    }),
    by: z.enum(ACTORS).meta({ description: 'Who did it' }),
  })
  .meta({ id: 'PhoneMethodData', description: 'Ids and words; never a phone number' });

/** What is posted about a user who must register again. */
export const ReregistrationData = z
  .object({ userId: UserId, phoneMethods: z.int(), by: z.enum(ACTORS) })
  .meta({ id: 'ReregistrationData' });
