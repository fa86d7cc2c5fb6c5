import { z } from 'zod';
import { CountryCode, Extension, LanguageTag, PauseS, TypedNumber, UserId } from '../../api.ts';
import { PHONE_TYPES } from '../../domain/phone-type.ts';
import { CHANNELS, PURPOSES } from '../states.ts';

const fields = {
  userId: UserId,
  purpose: z.enum(PURPOSES).default('register').meta({
    description: '`testExtension` only checks that the extension can be reached; it registers nothing',
  }),
  channel: z.enum(CHANNELS).default('call').meta({
    description: 'How the person is reached: by a call, or by a text message with a code (`sms`)',
  }),
  phoneType: z.enum(PHONE_TYPES).optional().meta({
    description:
      'Which phone of the user it is; by default `office` for a call and `mobile` for a text message. Text messages are sent to `mobile` only',
  }),
  number: TypedNumber.optional().meta({
    description:
      'As typed or in E.164, optionally with an extension after it. Required for `register`; otherwise the registered number is called',
  }),
  country: CountryCode.optional().meta({ description: 'Required unless the number starts with +' }),
  extension: Extension.optional(),
  pauseBeforeS: PauseS.optional().meta({
    description:
      'Pause before the extension in seconds; by default from the PBX profile, else from the policy',
  }),
  pauseAfterS: PauseS.optional().meta({
    description:
      'Pause between the extension and the prompt in seconds; by default from the PBX profile, else from the policy',
  }),
  locale: LanguageTag.optional().meta({ description: 'The language of the prompts' }),
};

const hasNumber = ({ purpose = 'register', number }: { purpose?: unknown; number?: unknown }) =>
  purpose !== 'register' || number !== undefined;
/** Checked whatever else is wrong, so that all wrong fields are named at once. */
const NUMBER_MISSING = {
  path: ['number'],
  error: 'number is required to register a phone.',
  when: ({ value }: { value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Of the fields that say how a person is reached, those that do not go together. */
interface Reached {
  channel?: unknown;
  phoneType?: unknown;
  purpose?: unknown;
}

const isForMobile = ({ channel, phoneType }: Reached) =>
  channel !== 'sms' || phoneType === undefined || phoneType === 'mobile';
const NOT_FOR_MOBILE = {
  path: ['phoneType'],
  error: 'Text messages are sent to the phoneType mobile only: leave it out, or request a call.',
};
const isTestByCall = ({ channel, purpose }: Reached) => channel !== 'sms' || purpose !== 'testExtension';
const TEST_BY_TEXT = { path: ['channel'], error: 'An extension is tested by a call: leave channel out.' };

/** The body of `POST /v1/verifications`. */
export const NewVerificationBody = z
  .strictObject(fields)
  .refine(hasNumber, NUMBER_MISSING)
  .refine(isForMobile, NOT_FOR_MOBILE)
  .refine(isTestByCall, TEST_BY_TEXT)
  .meta({ id: 'NewVerification' });

/** The data of a job that asks for a verification: the same, and the tenant. */
export const VerificationJob = z
  .strictObject({
    tenantId: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'This must be the id of a tenant: 1-40 of a-z, 0-9 and "-".')
      .meta({
        description: 'The tenant of the user; whoever can add jobs is trusted to name the right one',
        example: 'contoso',
      }),
    ...fields,
  })
  .refine(hasNumber, NUMBER_MISSING)
  .refine(isForMobile, NOT_FOR_MOBILE)
  .refine(isTestByCall, TEST_BY_TEXT);
