import { isIP } from 'node:net';
import { z } from 'zod';
import { CountryCode, Instant, LanguageTag, TypedNumber, VerificationId } from '../../api.ts';
import { AskedAudience, Nonce } from '../../domain/assertion-policy.ts';
import { later } from '../../platform/clock.ts';
import { SHORTEST_LIFE_MS } from '../store/begin-attempt.ts';
import type { Verification } from '../store/rows.ts';
import { MOST_SENDS } from '../store/text-again.ts';
import { BETWEEN_MS } from '../text/send-again.ts';
import { DEVICE_TOKEN } from './device-token.ts';

/** What is told of a sign-in by number. It is the same whether or not the number is somebody's. */
export const STATUSES = ['pending', 'approved', 'failed', 'expired', 'canceled'] as const;

const DeviceToken = z
  .string()
  .max(200)
  .regex(DEVICE_TOKEN, 'This must be a device token as the answer to a right code had it.')
  .meta({
    description: 'Kept by the device on which somebody signed in',
    example: `k1.fFq3Zk0mB1c9Qx7LrT2vWA.${'0123456789abcdef'.repeat(4)}`,
  });

/** The body of `POST /v1/sign-ins`. */
export const NewSignInBody = z
  .strictObject({
    number: TypedNumber.meta({ description: 'The number that the person typed, of a mobile phone' }),
    country: CountryCode.optional().meta({ description: 'Required unless the number starts with +' }),
    nonce: Nonce,
    audience: AskedAudience.optional(),
    deviceToken: DeviceToken.optional().meta({
      description:
        'Of an earlier sign-in on this device, if it has one: its user has more texts than strangers',
    }),
    clientAddress: z
      .string()
      .max(64)
      .refine((text) => isIP(text) !== 0, 'This must be an IPv4 or IPv6 address, without a port.')
      .optional()
      .meta({
        description: 'The IP address of the person, against which strangers are counted',
        example: '192.0.2.1',
      }),
    locale: LanguageTag.optional().meta({ description: 'The language of the text message' }),
  })
  .meta({ id: 'NewSignIn' });

const fields = {
  id: VerificationId,
  status: z.enum(STATUSES).meta({
    description:
      '`approved`: an assertion was issued. `failed`: five wrong codes, or the sign-in counted no more. It says nothing of whether the number is somebody’s',
  }),
  createdAt: Instant,
  expiresAt: Instant.meta({ description: 'The code is valid until then: ten minutes' }),
  resendAfter: Instant.nullable().meta({
    description: 'When the text may be asked for again; null: no more',
  }),
};

/** A sign-in by number as the API shows it. */
export const SignInView = z.object(fields).meta({ id: 'SignIn' });

/** The answer to the right code. */
export const ApprovedSignIn = z
  .object({
    ...fields,
    assertion: z
      .string()
      .meta({ description: 'A signed JWT that names the user; redeem it once, within two minutes' }),
    assertionExpiresAt: Instant,
    deviceToken: DeviceToken.meta({
      description:
        'Have the device keep it, and send it with the next sign-in. It says nothing to its reader',
    }),
  })
  .meta({ id: 'ApprovedSignIn' });

/** What is told of a sign-in follows from this. */
export type ToldSignIn = Pick<
  Verification,
  'id' | 'state' | 'outcome' | 'createdAt' | 'expiresAt' | 'textsAsked' | 'textAskedAt'
>;

/** How far a sign-in is, by nothing that depends on a provider or a user. */
export function statusOf(
  { state, outcome, expiresAt }: Pick<Verification, 'state' | 'outcome' | 'expiresAt'>,
  now: Date,
): (typeof STATUSES)[number] {
  if (outcome === 'approved') return state === 'finished' ? 'approved' : 'pending';
  if (outcome === 'canceled') return 'canceled';
  if (outcome === 'wrongDigits' || outcome === 'blocked') return 'failed';
  return expiresAt <= now ? 'expired' : 'pending';
}

/** When the text may be asked for again; null: not any more. */
export function resendAfter(signIn: ToldSignIn, now: Date): Date | null {
  const { outcome, textsAsked, textAskedAt, expiresAt } = signIn;
  if (outcome !== null || textsAsked >= MOST_SENDS || textAskedAt === null) return null;
  const next = later(textAskedAt, BETWEEN_MS);
  return next <= later(expiresAt, -SHORTEST_LIFE_MS) && now <= later(expiresAt, -SHORTEST_LIFE_MS)
    ? next
    : null;
}

/** Shows a sign-in. */
export function toSignInView(signIn: ToldSignIn, now: Date): z.input<typeof SignInView> {
  return {
    id: signIn.id,
    status: statusOf(signIn, now),
    createdAt: signIn.createdAt.toISOString(),
    expiresAt: signIn.expiresAt.toISOString(),
    resendAfter: resendAfter(signIn, now)?.toISOString() ?? null,
  };
}
