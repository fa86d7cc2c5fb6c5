import { z } from 'zod';
import { CountryCode, defineRoute, Instant, TypedNumber, UserId } from '../api.ts';
import type { Clock } from '../platform/clock.ts';
import { type CapabilityDeps, type Reason, readCapabilities } from './read-capabilities.ts';

const Capability = z
  .object({
    allowed: z.boolean(),
    reasons: z.array(
      z.object({
        code: z
          .string()
          .meta({ description: 'That of the error a request is refused with', example: 'user.blocked' }),
        text: z.string().meta({ description: 'What is wrong and what to do' }),
        until: Instant.nullable().meta({ description: 'When it is over by itself, if that is known' }),
      }),
    ),
  })
  .meta({ id: 'Capability', description: 'Whether it is allowed; if not, every reason' });

/** Also a type of the client. */
export const Capabilities = z
  .object({
    userId: UserId,
    registerOfficePhone: Capability,
    signIn: Capability,
    appPassword: Capability,
  })
  .meta({ id: 'Capabilities' });

const about = z.object({
  number: TypedNumber.optional().meta({ description: 'The number to register, to be looked at as well' }),
  country: CountryCode.optional().meta({ description: 'Needed unless the number starts with +' }),
});

/** `/v1/users/{userId}/capabilities`. */
export function capabilityRoutes(deps: CapabilityDeps, clock: Clock) {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/users/:userId/capabilities',
      summary: 'Read what a user may do now, and every reason why not; nothing is counted',
      operationId: 'readCapabilities',
      params: z.object({ userId: UserId }),
      query: about.refine(({ number, country }) => country === undefined || number !== undefined, {
        path: ['country'],
        error: 'This must come with a number.',
      }),
      responses: { 200: { description: 'What the user may do', schema: Capabilities } },
      problems: [],
      async handle({ params: { userId }, query, caller: { tenantId } }) {
        const found = await readCapabilities(deps, clock, { tenantId, userId, ...query });
        const body = {
          userId,
          registerOfficePhone: toView(found.registerOfficePhone),
          signIn: toView(found.signIn),
          appPassword: toView(found.appPassword),
        };
        return { status: 200, body };
      },
    }),
  ];
}

function toView(reasons: Reason[]): z.input<typeof Capability> {
  return {
    allowed: reasons.length === 0,
    reasons: reasons.map(({ until, ...reason }) => ({ ...reason, until: until?.toISOString() ?? null })),
  };
}
