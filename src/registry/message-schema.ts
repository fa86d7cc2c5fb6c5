import type { Generated } from 'kysely';

/** A tenant's connections with directories of Microsoft Entra that hand messages over. */
export interface EntraPhoneProviderTable {
  id: string;
  tenantId: string;
  name: string;
  directoryId: string;
  /** With spaces between. */
  audiences: string;
  /** The application that may call. */
  callerAppId: string;
  /** Whether its token must have the role. */
  requiresRole: boolean;
  /** Whether a call asks for a key before it speaks the message, and how often it speaks it. */
  asksFirst: boolean;
  times: number;
  createdAt: Date;
  removedAt: Generated<Date | null>;
}

/** What messages to a connection are encrypted for. */
export interface EntraMessageKeyTable {
  /** The `keyId` of the certificate at Entra, and the `kid` of messages. */
  id: string;
  connectionId: string;
  /** PEM. */
  certificate: string;
  /** The private key under AES-256-GCM; null: it is retired. */
  sealedKey: string | null;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Generated<Date | null>;
  retiredAt: Generated<Date | null>;
}

/** Hooks of identity products that hand codes over. */
export interface DeliveryHookTable {
  id: string;
  tenantId: string;
  kind: string;
  name: string;
  /** Under AES-256-GCM. */
  sealedSecret: string;
  asksFirst: boolean;
  times: number;
  createdAt: Date;
}

/** Messages of others, one for each verification whose purpose is `deliver`. */
export interface DeliveryTable {
  verificationId: string;
  /** Who handed it over, by kind and id. */
  source: string;
  /** SHA-256, hexadecimal, of what tells one message of a source from another. */
  nonceHash: string;
  /** The text under AES-256-GCM; null once it is decided. */
  sealed: string | null;
  correlationId: string | null;
  asksFirst: boolean;
  times: number;
  /** Somebody was told that it was taken, when it came again. */
  repeated: Generated<boolean>;
  /** It was taken back, since nobody could be told in time. */
  withdrawn: Generated<boolean>;
}
