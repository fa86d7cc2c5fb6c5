import { z } from 'zod';
import { Instant, UserId, VerificationId } from '../../api.ts';
import { formatLikeGraph } from '../../domain/graph-number.ts';
import { formsOf } from '../../domain/number-forms.ts';
import { PHONE_TYPES } from '../../domain/phone-type.ts';
import { OUTCOME_NAMES, textOf } from '../outcomes.ts';
import { CHALLENGES, CHANNELS, ofUser, PURPOSES, STATES } from '../states.ts';
import type { Verification } from '../store/rows.ts';
import { PROGRESS, progressOf } from './progress-of.ts';

const UnderstoodNumberView = z
  .object({
    e164: z.string().meta({ example: '+46812345678' }),
    country: z
      .string()
      .meta({ description: 'ISO 3166-1 alpha-2; 001 for numbers that belong to no country', example: 'SE' }),
    type: z
      .string()
      .nullable()
      .meta({ description: 'The kind of number, as libphonenumber names it', example: 'FIXED_LINE' }),
    international: z.string().meta({ example: '+46 8 123 456 78' }),
    extension: z
      .string()
      .nullable()
      .meta({ description: 'The digits dialed after the number has answered', example: '1234' }),
    phoneNumber: z
      .string()
      .meta({ description: 'In the format of Microsoft Graph', example: '+46 812345678x1234' }),
  })
  .meta({ description: 'The number as it was parsed' });

const OutcomeText = z.object({
  forUser: z.string(),
  forAdministrator: z.string(),
  askAgain: z.boolean().meta({ description: 'Whether it makes sense to request a new verification' }),
  entraReason: z
    .string()
    .nullable()
    .meta({ description: "The nearest denial reason in Microsoft Entra's sign-in log" }),
});

/** The code behind an outcome, as answers and outcome webhooks have it. */
export const OutcomeErrorCode = z.string().nullable().meta({
  description:
    'The error code behind the outcome: one of the provider, or one of Poundkey such as noWebhook or userBlocked',
});

/** A verification as the API shows it. */
export const VerificationView = z
  .object({
    id: VerificationId,
    userId: UserId,
    purpose: z.enum(PURPOSES),
    channel: z.enum(CHANNELS),
    phoneType: z.enum(PHONE_TYPES),
    number: UnderstoodNumberView,
    locale: z.string().meta({ description: 'The language of the prompts', example: 'sv-SE' }),
    challenge: z.object({
      type: z.enum(CHALLENGES).meta({
        description:
          'What the person does to approve: press `#`; the two digits and `#`; or the PIN and `#`; or type the code of the text message (`code`)',
      }),
      digits: z.string().nullable().meta({
        description: 'The digits to show on the screen, until a `numberMatch` verification is decided',
        example: '42',
      }),
    }),
    state: z.enum(STATES),
    progress: z
      .enum(PROGRESS)
      .meta({ description: 'How far the call or the text message came, as far as the provider reported it' }),
    outcome: z.enum(OUTCOME_NAMES).nullable().meta({ description: 'Null until the verification is decided' }),
    outcomeText: OutcomeText.nullable(),
    errorCode: OutcomeErrorCode,
    expectedCallAt: Instant.nullable().meta({
      description: 'When the call, or the next one, can be placed; null: at once',
    }),
    escalatedAt: Instant.nullable().meta({
      description:
        'Since when a call takes the place of the text message that did not arrive; null: none does',
    }),
    createdAt: Instant,
    expiresAt: Instant.meta({
      description:
        'No call is placed, and no text message sent, after this time. Once a code was sent, it is valid until then',
    }),
    decidedAt: Instant.nullable(),
    finishedAt: Instant.nullable().meta({
      description:
        'When everything was completed: for an approved registration, the phone and its app password exist',
    }),
  })
  .meta({ id: 'Verification' });

/** A verification in the queue waits for its place on the caller line, or, after a call, for the time of the next one. */
function expectedCallAt({ state, slotAt, wakeAt, createdAt }: Verification): Date | null {
  if (state !== 'queued' || wakeAt <= createdAt) return slotAt;
  return slotAt !== null && slotAt > wakeAt ? slotAt : wakeAt;
}

/** Shows a verification and how far its call came; its number is shown to its own tenant only. */
export function toView(verification: Verification): z.input<typeof VerificationView> {
  const { outcome, phoneNumber, extension } = verification;
  const { type, international } = formsOf(phoneNumber);
  return {
    id: verification.id,
    userId: verification.userId,
    purpose: ofUser(verification.purpose),
    channel: verification.channel,
    phoneType: verification.phoneType,
    number: {
      e164: phoneNumber,
      country: verification.country,
      type,
      international,
      extension,
      phoneNumber: formatLikeGraph(phoneNumber, extension),
    },
    locale: verification.locale,
    challenge: {
      type: verification.challenge,
      digits: outcome === null ? verification.challengeDigits : null,
    },
    state: verification.state,
    progress: progressOf(verification),
    outcome,
    outcomeText: outcome === null ? null : textOf(outcome, verification),
    errorCode: verification.errorCode,
    expectedCallAt: expectedCallAt(verification)?.toISOString() ?? null,
    escalatedAt: verification.escalatedAt?.toISOString() ?? null,
    createdAt: verification.createdAt.toISOString(),
    expiresAt: verification.expiresAt.toISOString(),
    decidedAt: verification.decidedAt?.toISOString() ?? null,
    finishedAt: verification.finishedAt?.toISOString() ?? null,
  };
}
