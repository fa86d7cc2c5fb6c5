import type { Kysely } from 'kysely';
import type { Sql } from 'sql-template-tag';
import type { Actor } from '../domain/changeable-by.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';

/** What changing phones needs from other features; `service/` connects them. Each part is named as said. */
export interface ChangeDeps {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  /** Who makes the changes. */
  by: Actor;
  /** The tenant's policy as it is now. Throws `tenant.notFound`. */
  policyOf: (tenantId: string) => Promise<TenantPolicy>;
  openVerifications: {
    /** `locked`: locks every open verification of a user. */
    lock(user: User): Sql;
    /** `locked`: the same for those of numbers that these users have and did not verify. */
    lockUnverified(tenantId: string, userIds: readonly string[]): Sql;
    /**
     * `locked` and `ended`: decides the open verifications of the user and number in `done` as blocked, and returns their
     * ids; only those that were locked before in the same transaction.
     */
    endOfNumber(now: Date): Sql;
    /** The same for all of a user. */
    endOfUser(user: User, now: Date): Sql;
    /** Called with those that were ended. */
    ended(verificationIds: string[]): void;
  };
  /** `revoked`: revokes the app passwords of the user in `done`, if the condition on it holds; returns their ids. */
  revokeAppPasswords: (condition: Sql, now: Date) => Sql;
  /** `told`: messages to webhook endpoints; `rows` selects tenant_id, type and payload of each. */
  tell: (rows: Sql, now: Date) => Sql;
}
