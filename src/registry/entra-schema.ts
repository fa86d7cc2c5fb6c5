import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** Connections: a tenant's ties to external authentication methods of Entra directories. */
export interface EntraMethodTable {
  /** Stands in the addresses that Entra uses. */
  id: string;
  tenantId: string;
  /** By which Entra names itself to Poundkey. */
  clientId: string;
  /** The application (client) id of the app registration at Entra. */
  applicationId: string;
  /** The directories whose people may come. */
  directoryIds: JSONColumnType<string[]>;
  cloud: string;
  displayName: string;
  createdAt: Date;
  /** What happens when nobody has registered a phone of the person. */
  firstTime: Generated<'preregistered' | 'directory' | 'self'>;
  /** How the application shows to Microsoft Graph who it is, as sealed JSON; null: it cannot. */
  sealedGraphCredential: string | null;
}

/** What a request from Entra asked for, and is echoed in the answer. It never changes. */
export interface EntraAsked {
  /** `sub` of the hint. */
  subject: string;
  nonce: string;
  /** Null: Entra gave none. */
  state: string | null;
  /** The `acr` that the answer has. */
  acr: string;
  /** Those of the requested `amr` that a phone can give. */
  amr: string[];
  /** By which Microsoft finds the request in its logs; null: it gave none. */
  clientRequestId: string | null;
}

/** A phone that a sign-in has found, or the person has entered: it is registered by answering it. */
export interface UnregisteredPhone {
  phoneType: 'office' | 'mobile';
  /** E.164. */
  phoneNumber: string;
  extension: string | null;
}

/** Sign-ins that Entra asked for. */
export interface EntraAttemptTable {
  /** Stands in the address of its page; opens nothing without the cookie. */
  id: string;
  methodId: string;
  tenantId: string;
  userId: string;
  /** SHA-256 of hint and nonce, hexadecimal. */
  requestHash: string;
  asked: ColumnType<EntraAsked, string, never>;
  createdAt: Date;
  /** Entra waits no longer. */
  expiresAt: Date;
  /** The language of page and call (BCP 47); null: that of the browser. */
  locale: string | null;
  /** Counts what was begun: calls and texts, one after the other. */
  round: Generated<number>;
  /** How the person is reached in this round; null: as is usual. */
  way: string | null;
  verificationId: string | null;
  /** The code of the error by which this round was refused. */
  refusal: string | null;
  /** The error that Entra is answered with; null: none. */
  endedAs: string | null;
  /** The signed answer, made once. */
  sealedAnswer: string | null;
  answeredAt: Date | null;
  /** Null: the phones that are registered. */
  phone: ColumnType<UnregisteredPhone | null, string | null, string | null>;
  /** When the person showed an enrolment code. */
  admittedAt: Date | null;
  wrongCodes: Generated<number>;
}

/** Codes with which people may enter a phone of their own; one at most for each. */
export interface EntraEnrolmentCodeTable {
  tenantId: string;
  userId: string;
  /** HMAC-SHA-256, hexadecimal. */
  codeHash: string;
  hashKeyId: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Keys that sign answers to Entra. */
export interface EntraKeyTable {
  /** Counted from 1. */
  number: number;
  /** The thumbprint of the certificate: SHA-1, base64url. */
  kid: string;
  /** DER, base64. */
  certificate: string;
  sealedPrivateKey: string;
  createdAt: Date;
  /** Published before, so that Entra knows it when it signs. */
  signsFrom: Date;
  expiresAt: Date;
}
