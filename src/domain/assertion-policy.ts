import { z } from 'zod';
import { ServiceError } from '../errors.ts';

/** For whom an assertion is meant: what a verifier expects in `aud`. */
export const Audience = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters without spaces.');

/** A value that the asker makes anew for each sign-in, and finds again in the assertion. */
export const Nonce = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'This must be 1 to 255 printable ASCII characters.')
  .meta({
    description: 'A random value of your own for this one sign-in; the assertion has it unchanged',
    example: 'n-0S6_WzA2Mj',
  });

/** The audience that a request asks for. */
export const AskedAudience = Audience.meta({
  description: "For whom the assertion is meant, as the policy names it; left out: the tenant's own id",
  example: 'https://login.contoso.example',
});

/**
 * Refuses an audience that the policy does not name; null stands for the tenant itself, by its id.
 * @throws ServiceError `policy.audienceRefused`
 */
export function assertAudience(
  { assertion }: { assertion: { audiences: readonly string[] } },
  tenantId: string,
  asked: string | null,
): void {
  if (asked === null || asked === tenantId || assertion.audiences.includes(asked)) return;
  throw new ServiceError(
    'policy.audienceRefused',
    "The policy does not allow assertions for this audience: its field assertion.audiences has to name it exactly. Without audience the assertion is for the tenant's own id.",
  );
}

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
