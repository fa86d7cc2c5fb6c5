import { z } from 'zod';
import { defineRoute, LanguageTag, UserId } from '../api.ts';
import { isPin, type ProfileView, type UserProfiles } from './user-profiles.ts';

/** Also a type of the client. */
export const ProfileBody = z
  .strictObject({
    locale: LanguageTag.nullish().meta({
      description: "The language of the prompts unless a request names one; null: the tenant's language",
    }),
    pin: z.string().refine(isPin, 'This must be 4 to 8 digits.').nullish().meta({
      description: 'For the challenge "pin"; null removes it. It is never returned',
      example: '480715',
    }),
  })
  .refine(({ locale, pin }) => locale !== undefined || pin !== undefined, {
    error: 'This must have at least one of locale and pin.',
  })
  .meta({ id: 'UserProfileChange', description: 'A field that is left out stays unchanged' });

/** Also a type of the client. */
export const ProfileInAnswer = z
  .object({
    locale: z.string().nullable().meta({ example: 'sv-SE' }),
    hasPin: z.boolean().meta({ description: 'Whether a PIN is set' }),
  })
  .meta({ id: 'UserProfile' });

/** What the routes need. */
export interface ProfileActions {
  profiles: Pick<UserProfiles, 'read' | 'change'>;
  /** Throws `locale.unsupported` when no prompts serve the language. */
  assertServed(locale: string): void;
}

/** `/v1/users/{userId}/profile`: the user's language and PIN. */
export function userProfileRoutes({ profiles, assertServed }: ProfileActions) {
  const common = { path: '/v1/users/:userId/profile', params: z.object({ userId: UserId }) } as const;
  const profile = (description: string) => ({ 200: { description, schema: ProfileInAnswer } });
  const answer = (body: ProfileView) => ({ status: 200 as const, body });
  return [
    defineRoute({
      ...common,
      method: 'get',
      summary: "Read a user's language, and whether a PIN is set",
      operationId: 'readUserProfile',
      scope: 'read',
      responses: profile('The profile; all fields are empty if none was set'),
      problems: [],
      async handle({ params, caller }) {
        return answer(await profiles.read({ tenantId: caller.tenantId, userId: params.userId }));
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      summary: "Set a user's language and PIN",
      operationId: 'changeUserProfile',
      scope: 'users:write',
      body: ProfileBody,
      responses: profile('The updated profile'),
      problems: ['locale.unsupported'],
      async handle({ params, body, caller }) {
        if (typeof body.locale === 'string') assertServed(body.locale);
        return answer(await profiles.change({ tenantId: caller.tenantId, userId: params.userId }, body));
      },
    }),
  ];
}
