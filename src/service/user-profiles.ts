import { type Languages, servedLocale } from '../providers/locales.ts';
import { userProfileRoutes } from '../users/routes.ts';
import type { UserProfiles } from '../users/user-profiles.ts';

/** The routes of user profiles; a language may be set when there are prompts for it. */
export function createUserProfileRoutes(profiles: UserProfiles, languages: Languages) {
  return userProfileRoutes({ profiles, assertServed: (locale) => void servedLocale(languages, locale) });
}
