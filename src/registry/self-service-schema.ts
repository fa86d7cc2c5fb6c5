import type { ColumnType, Generated } from 'kysely';

/** Links to the self-service page; the token itself is nowhere. */
export interface SelfServiceLinkTable {
  /** SHA-256, hexadecimal. */
  tokenHash: string;
  tenantId: string;
  userId: string;
  /** The language of the page (BCP 47); null: that of the browser. */
  locale: string | null;
  /** Where the page leads back to; null: nowhere. */
  returnUrl: string | null;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Sessions of the self-service page; the id itself is in the person's cookie only. */
export interface SelfServiceSessionTable {
  /** SHA-256, hexadecimal. */
  idHash: string;
  tenantId: string;
  userId: string;
  /** The link that it began with. */
  linkHash: string;
  locale: string | null;
  returnUrl: string | null;
  createdAt: Date;
  expiresAt: Date;
  /** What was typed and is not asked for yet. */
  draft: ColumnType<unknown, string | null, string | null>;
  /** What the page shows at present. */
  verificationId: string | null;
}

/** Pages on which people sign in with their phone numbers; the token that opens one is nowhere. */
export interface SignInPageTable {
  /** Stands in the address once the page has been used. */
  id: string;
  /** SHA-256, hexadecimal. */
  tokenHash: string;
  tenantId: string;
  /** Where the assertion is posted to. */
  returnUrl: string;
  /** Where people go who sign in otherwise; null: nowhere. */
  otherWayUrl: string | null;
  nonce: string;
  state: string | null;
  /** For whom the assertion is meant; null: the tenant itself. */
  audience: string | null;
  /** The language of the page (BCP 47); null: that of the browser. */
  locale: string | null;
  createdAt: Date;
  /** Until then numbers are taken. */
  expiresAt: Date;
  /** SHA-256 of what the browser has that used it first; null: none has. */
  browserHash: string | null;
  /** Of the form that was sent last, and whether it is still being worked on. */
  formKey: string | null;
  isWorking: Generated<boolean>;
  /** The sign-in that was begun last. */
  verificationId: string | null;
  /** Of the approved sign-in, until then. */
  sealedAssertion: string | null;
  assertionExpiresAt: Date | null;
}
