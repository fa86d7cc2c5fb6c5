/** People of Entra directories, as users of a tenant. */

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a text is an id as Entra gives them to directories, applications and people. */
export function isEntraId(text: string): boolean {
  return GUID.test(text);
}

/**
 * The id of a person as user: object ids are unique in their directory only, and neither changes (names and addresses do).
 * @returns `<object id>@<directory id>` in small letters
 */
export function entraUserId(directoryId: string, objectId: string): string {
  return `${objectId}@${directoryId}`.toLowerCase();
}

/** Whom `entraUserId` names. @returns ids in small letters */
export function entraPersonOf(userId: string): { objectId: string; directoryId: string } {
  const [objectId = '', directoryId = ''] = userId.split('@');
  return { objectId, directoryId };
}
