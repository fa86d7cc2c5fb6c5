import type { ColumnType, Generated } from 'kysely';

/** What a sign-in by number was asked for with. It never changes. */
export interface SignInAsked {
  /** A value of the backend's own, which the assertion has. */
  nonce: string;
  /** For whom the assertion is meant; null: the tenant itself. */
  audience: string | null;
  /** Whether the request came with the token of a device on which the number's user signed in before. */
  knownDevice: boolean;
}

/** The columns of `verification` that sign-ins by number have. */
export interface SignInColumns {
  /** Null: it is a verification of a user, not a sign-in by number. */
  signIn: ColumnType<SignInAsked | null, SignInAsked | string | null | undefined, never>;
  /** Why no text goes to anybody and no code is right; null: a text is sent. */
  decoy: Generated<string | null>;
  /** How many texts were asked for, and when the last one was. */
  textsAsked: Generated<number>;
  textAskedAt: Generated<Date | null>;
}
