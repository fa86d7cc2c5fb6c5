import type { Generated } from 'kysely';

/** App passwords; revoked ones too, so that a device that still tries one is recognised. */
export interface AppPasswordTable {
  id: string;
  tenantId: string;
  userId: string;
  name: string;
  /** HMAC-SHA-256 under the key `hashKeyId`, hexadecimal. */
  hash: string;
  hashKeyId: string;
  /** The clear text under AES-256-GCM until it is revealed or `sealedUntil` has passed. */
  sealed: string | null;
  sealedUntil: Date;
  /** Null: the tenant's backend made it without one. */
  verificationId: string | null;
  createdAt: Date;
  revokedAt: Date | null;
  /** One of the user's places; null where there were too many before places were counted. */
  place: Generated<number | null>;
  /** From then on it opens nothing; null: it has no end. */
  expiresAt: Generated<Date | null>;
  /** The services that it opens, with spaces between; empty: all. */
  services: Generated<string>;
  /** Of the request that made it without a verification; null: it had none. */
  idempotencyKey: Generated<string | null>;
  /** SHA-256 of that request, hexadecimal. */
  requestHash: Generated<string | null>;
  lastUsedAt: Generated<Date | null>;
  lastUsedService: Generated<string | null>;
  /** Where it was last used, as a network: `203.0.113.0/24`. */
  lastUsedNetwork: Generated<string | null>;
}

/** Domains of tenants: what stands behind the @ of a user name. */
export interface TenantDomainTable {
  /** Lower case, ASCII (IDNA). */
  domain: string;
  tenantId: string;
  createdAt: Date;
}

/** Servers that may ask whether an app password is right. */
export interface AppServerTable {
  id: string;
  /** Null: it serves every tenant, by the domain of the user name. */
  tenantId: string | null;
  name: string;
  /** `mail`, where the protocol says which; or the service itself. */
  service: string;
  /** SHA-256 of the secret half, hexadecimal. */
  secretHash: string;
  createdAt: Date;
  revokedAt: Date | null;
}

/** Different wrong app passwords of 24 hours, each as a keyed hash. */
export interface WrongAppPasswordTable {
  scope: string;
  guess: string;
  until: Date;
}
