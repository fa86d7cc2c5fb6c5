import { z } from 'zod';

/** For whom an assertion is meant: what a verifier expects in `aud`. */
export const Audience = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters without spaces.');

/** What a policy says of assertions about sign-ins. */
export const ASSERTION_FIELDS = {
  assertion: z
    .strictObject({
      audiences: z.array(Audience).max(50).default([]).meta({
        description: "For whom assertions about sign-ins may be issued, besides the tenant's own id",
      }),
    })
    .prefault({})
    .meta({ description: 'Assertions about sign-ins' }),
};
