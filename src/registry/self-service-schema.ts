import type { ColumnType } from 'kysely';

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
