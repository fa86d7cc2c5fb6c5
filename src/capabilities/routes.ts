import { z } from 'zod';
import { CountryCode, defineRoute, Extension, Instant, TypedNumber, UserId } from '../api.ts';
import { ACTORS } from '../domain/changeable-by.ts';
import { PHONE_TYPES } from '../domain/phone-type.ts';
import type { Clock } from '../platform/clock.ts';
import { type FindRefusals, type Reason, readCapabilities } from './read-capabilities.ts';

const Capability = z
  .object({
    allowed: z.boolean(),
    reasons: z.array(
      z.object({
        code: z.string().meta({
          description: 'The code of the error that a request would be refused with',
          example: 'user.blocked',
        }),
        text: z.string().meta({ description: 'What the reason is and what to do' }),
        changeableBy: z.enum(ACTORS).meta({ description: 'Who can change that' }),
        until: Instant.nullable().meta({ description: 'When the reason ends by itself, if that is known' }),
      }),
    ),
  })
  .meta({ id: 'Capability', description: 'Whether it is allowed and, if not, every reason' });

const WayOfReaching = z
  .object({
    phoneType: z.enum(PHONE_TYPES),
    channel: z.enum(['call', 'sms']).meta({ description: 'By call, or by text message' }),
    register: Capability,
    signIn: Capability,
  })
  .meta({ id: 'PhoneCapability', description: 'A type of phone, and how it is reached' });

/** Also a type of the client. */
export const Capabilities = z
  .object({
    userId: UserId,
    registerOfficePhone: Capability.meta({ description: 'The office phone, by call; also among phones' }),
    signIn: Capability.meta({ description: 'With the office phone, by call; also among phones' }),
    appPassword: Capability,
    phones: z.array(WayOfReaching).meta({ description: 'Every way to reach the user' }),
  })
  .meta({ id: 'Capabilities' });

/** Also a type of the client. In a body, since proxies log addresses. */
export const AboutNumber = z
  .strictObject({
    number: TypedNumber.optional().meta({
      description: 'The number to register, if it is to be checked too; an extension may be written after it',
    }),
    country: CountryCode.optional().meta({ description: 'Required unless the number starts with +' }),
    extension: Extension.optional(),
  })
  .superRefine(({ number, ...others }, context) => {
    if (number !== undefined) return;
    for (const [field, value] of Object.entries(others))
      if (value !== undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'This must come with a number.' });
  })
  .meta({ id: 'AboutNumber' });

/** `/v1/users/{userId}/capabilities`. */
export function capabilityRoutes(findRefusals: FindRefusals, clock: Clock) {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/users/:userId/capabilities',
      summary: 'Read what a user may do now, with every reason against it; does not count towards limits',
      operationId: 'readCapabilities',
      scope: 'read',
      params: z.object({ userId: UserId }),
      body: AboutNumber,
      responses: { 200: { description: 'What the user may do', schema: Capabilities } },
      problems: [],
      async handle({ params: { userId }, body: about, caller: { tenantId } }) {
        const found = await readCapabilities(findRefusals, clock, { tenantId, userId, ...about });
        const view = {
          userId,
          registerOfficePhone: toView(found.registerOfficePhone),
          signIn: toView(found.signIn),
          appPassword: toView(found.appPassword),
          phones: found.phones.map(({ register, signIn, ...way }) => ({
            ...way,
            register: toView(register),
            signIn: toView(signIn),
          })),
        };
        return { status: 200, body: view };
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
