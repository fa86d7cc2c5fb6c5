import type { Generated, JSONColumnType } from 'kysely';

/** The registry's tables, as Kysely sees them. `phoneNumber` columns hold E.164; instants are UTC. */
export interface Registry {
  tenant: TenantTable;
  apiKey: ApiKeyTable;
  verification: VerificationTable;
  callAttempt: CallAttemptTable;
  phoneMethod: PhoneMethodTable;
  appPassword: AppPasswordTable;
  auditEvent: AuditEventTable;
  lease: LeaseTable;
}

export interface TenantTable {
  id: string;
  name: string;
  policy: JSONColumnType<Record<string, unknown>>;
  createdAt: Date;
}

export interface ApiKeyTable {
  id: string;
  tenantId: string;
  name: string;
  /** SHA-256 of the secret half of the key, hexadecimal. */
  secretHash: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface VerificationTable {
  id: string;
  tenantId: string;
  userId: string;
  purpose: string;
  channel: string;
  phoneType: string;
  phoneNumber: string;
  country: string;
  locale: string;
  state: string;
  outcome: string | null;
  /** The phone network's error code behind the outcome, if there is one. */
  errorCode: string | null;
  /** The attempt that counts. Webhooks of other attempts change nothing. */
  attemptId: string | null;
  /** When `advance` should look at the row at the latest. */
  wakeAt: Date;
  idempotencyKey: string | null;
  requestHash: string | null;
  createdAt: Date;
  expiresAt: Date;
  decidedAt: Date | null;
  finishedAt: Date | null;
}

export interface CallAttemptTable {
  id: string;
  verificationId: string;
  /** 1 for the first call of a verification. */
  number: number;
  lineNumber: string;
  callId: string | null;
  status: string | null;
  /** The highest sequence number of a status callback seen; -1 before the first. */
  statusSequence: Generated<number>;
  /** Grows by one with each answer of the person, so that a repeated webhook is recognised. */
  round: Generated<number>;
  /** What the person hears in this round. */
  prompt: Generated<string>;
  wrongKeys: Generated<number>;
  silences: Generated<number>;
  answeredBy: string | null;
  errorCode: string | null;
  startedAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
}

export interface PhoneMethodTable {
  id: string;
  tenantId: string;
  userId: string;
  phoneType: string;
  phoneNumber: string;
  smsSignInState: string;
  verificationId: string;
  createdAt: Date;
  updatedAt: Date;
}

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
  verificationId: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface AuditEventTable {
  id: string;
  tenantId: string;
  userId: string;
  verificationId: string | null;
  type: string;
  data: JSONColumnType<Record<string, unknown>>;
  at: Date;
}

/** Work that one process at a time may do, until `until`. */
export interface LeaseTable {
  name: string;
  until: Date;
}
