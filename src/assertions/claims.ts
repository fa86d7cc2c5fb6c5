import { z } from 'zod';
import { Audience, Nonce } from '../domain/assertion-policy.ts';

/** How a person proved to have the phone (RFC 8176): by a call, or by a text message. Exactly one. */
export const AMR = { call: 'tel', sms: 'sms' } as const;
export type Channel = keyof typeof AMR;

const Seconds = z.int().min(0);

/** What an assertion says. Never a phone number. */
export const Claims = z.strictObject({
  iss: z.string(),
  aud: Audience,
  sub: z.string(),
  tenant: z.string(),
  nonce: Nonce,
  amr: z.tuple([z.enum(['tel', 'sms'])]),
  auth_time: Seconds,
  iat: Seconds,
  exp: Seconds,
  jti: z.guid(),
  phone_verified_at: Seconds,
});
export type Claims = z.output<typeof Claims>;
