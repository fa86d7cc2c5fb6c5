import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

/** Where a tenant's outcomes are delivered. */
export interface WebhookEndpointTable {
  tenantId: string;
  url: string;
  /** The types of messages that are posted; null: all. */
  types: string[] | null;
  sealedSecret: string;
  /** The secret before the last rotation; messages carry its signature too until `previousUntil`. */
  previousSealedSecret: string | null;
  previousUntil: Date | null;
  updatedAt: Date;
}

/** Messages to tenants, written in the statement whose result they report. */
export interface OutboxTable {
  id: string;
  tenantId: string;
  verificationId: string | null;
  sequence: GeneratedAlways<number>;
  type: string;
  payload: JSONColumnType<Record<string, unknown>>;
  createdAt: Date;
  nextAttemptAt: Date;
  attempts: Generated<number>;
  lastError: string | null;
  /** When an operator or the tenant last sent it again; its day begins anew then. */
  resentAt: Date | null;
  deliveredAt: Date | null;
  deadAt: Date | null;
}
