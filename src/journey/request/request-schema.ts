import { z } from 'zod';
import { CountryCode, Extension, LanguageTag, PauseS, TypedNumber, UserId } from '../../api.ts';
import { PURPOSES } from '../states.ts';

const fields = {
  userId: UserId,
  purpose: z.enum(PURPOSES).default('register').meta({
    description: 'A test of an extension only tells how far the call came; it registers nothing',
  }),
  number: TypedNumber.optional().meta({
    description:
      'As typed, or E.164, an extension after it if it has one. Needed to register; otherwise the registered one is called',
  }),
  country: CountryCode.optional().meta({ description: 'Needed unless the number starts with +' }),
  extension: Extension.optional(),
  pauseBeforeS: PauseS.optional().meta({
    description: 'Silence before the extension, s; by default that of the PBX profile, else of the policy',
  }),
  pauseAfterS: PauseS.optional().meta({
    description: 'Silence between the extension and the prompt, s; by default as before it',
  }),
  locale: LanguageTag.optional().meta({ description: 'The language of the prompts' }),
};

const hasNumber = ({ purpose, number }: { purpose: string; number?: string | undefined }) =>
  purpose !== 'register' || number !== undefined;
const NUMBER_MISSING = { path: ['number'], error: 'This field is required to register a phone.' };

/** The body of `POST /v1/verifications`. */
export const NewVerificationBody = z
  .strictObject(fields)
  .refine(hasNumber, NUMBER_MISSING)
  .meta({ id: 'NewVerification' });

/** The data of a job that asks for a verification: the same, and the tenant. */
export const VerificationJob = z
  .strictObject({
    tenantId: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'This must be the id of a tenant: 1-40 of a-z, 0-9 and "-".')
      .meta({
        description: 'Whose user it is; whoever can add jobs is trusted to say so',
        example: 'contoso',
      }),
    ...fields,
  })
  .refine(hasNumber, NUMBER_MISSING);
