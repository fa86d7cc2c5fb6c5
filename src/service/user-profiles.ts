import type { Prompts } from '../providers/twiml/render.ts';
import { servedLocale } from '../providers/twiml/resolve-locale.ts';
import { userProfileRoutes } from '../users/routes.ts';
import type { UserProfiles } from '../users/user-profiles.ts';

/** The routes of user profiles; a language may be set when there are prompts for it. */
export function createUserProfileRoutes(profiles: UserProfiles, prompts: Prompts) {
  return userProfileRoutes({ profiles, assertServed: (locale) => void servedLocale(prompts, locale) });
}
