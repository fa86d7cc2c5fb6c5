/** Why phones could not be read from a directory. */
export type DirectoryPhonesReason =
  | 'tokenRefused'
  | 'permissionMissing'
  | 'userNotFound'
  | 'unreachable'
  | 'unreadable';

const TEXTS: Record<DirectoryPhonesReason, string> = {
  tokenRefused:
    'Microsoft gave no token. Expected: the credential of the app registration, not yet expired. Add a new one there, and enter it here.',
  permissionMissing:
    'Microsoft Graph did not let the application read users. Expected: the application permission User.Read.All, with admin consent. Grant it in the app registration.',
  userNotFound:
    'The directory has nobody with this object id. Expected: a person of the directory that the sign-in came from.',
  unreachable: 'Microsoft did not answer in time, or asked to try later. Try again in a minute.',
  unreadable:
    'Microsoft answered with something else than a token or a user. Look at the addresses in the settings.',
};

/** Phones were not read. The message is for operators, and holds no number and no secret. */
export class DirectoryPhonesRefusal extends Error {
  readonly reason: DirectoryPhonesReason;

  /** @param detail what Microsoft named, such as `AADSTS7000215` */
  constructor(reason: DirectoryPhonesReason, detail?: string) {
    super(detail === undefined ? TEXTS[reason] : `${TEXTS[reason]} (${detail})`);
    this.name = 'DirectoryPhonesRefusal';
    this.reason = reason;
  }
}
