import type { Kysely } from 'kysely';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { type Tell, tellRevoked } from './messages.ts';

/** An app password that is not revoked, without anything that would open it. */
export interface AppPassword {
  id: string;
  name: string;
  /** The verification that earned it; null: the backend made it without one. */
  verificationId: string | null;
  createdAt: Date;
  /** From then on it opens nothing; null: it has no end. */
  expiresAt: Date | null;
  /** The only services that it opens; empty: all. */
  services: string[];
  /** When and where it was last used, as far as that is written down; see `check/last-uses.ts`. */
  lastUsed: { at: Date; service: string; network: string | null } | null;
}

const REVOKED: AuditEvent = {
  ...{ type: 'appPassword.revoked', from: sql`revoked`, many: true },
  data: sql`jsonb_build_object('appPasswordId', id)`,
};

/** The app passwords of users. */
export type AppPasswords = ReturnType<typeof createAppPasswords>;

/**
 * App passwords in the registry. A revocation, its audit event and what is told the tenant are one statement; what is
 * revoked stays so.
 */
export function createAppPasswords({
  db,
  run,
  clock,
  tell,
}: {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  tell: Tell;
}) {
  const revoke = (user: User, id: string | null) => {
    const now = clock.now();
    return run<{ id: string }>(sql`
      with ${revoked(user, id, now)},
      ${tellRevoked(tell, now)},
      ${auditEvents([REVOKED], now)}
      select id from revoked`);
  };
  return {
    /** The app passwords of a user that are not revoked, oldest first; an unknown user has none. */
    async list({ tenantId, userId }: User): Promise<AppPassword[]> {
      const rows = await db
        .selectFrom('appPassword')
        .select(['id', 'name', 'verificationId', 'createdAt', 'expiresAt', 'services'])
        .select(['lastUsedAt', 'lastUsedService', 'lastUsedNetwork'])
        .where('tenantId', '=', tenantId)
        .where('userId', '=', userId)
        .where('revokedAt', 'is', null)
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
      return rows.map(({ lastUsedAt: at, lastUsedService, lastUsedNetwork: network, services, ...row }) => ({
        ...row,
        services: services.split(' ').filter(Boolean),
        lastUsed: at && { at, service: lastUsedService ?? '', network },
      }));
    },

    /**
     * Revokes one.
     * @throws ServiceError `appPassword.unknown` when the user has none of this id that is not revoked
     */
    async revoke(user: User, id: string): Promise<void> {
      if ((await revoke(user, id)).length > 0) return;
      throw new ServiceError(
        'appPassword.unknown',
        'The user has no app password with this id; it may have been revoked before. The list shows those that are left.',
      );
    },

    /** Revokes all. Resolves to how many there were. */
    revokeAll: async (user: User): Promise<number> => (await revoke(user, null)).length,

    /** The user's password was reset: revokes all, with one audit event. Resolves to how many there were. */
    async passwordWasReset(user: User): Promise<number> {
      const { tenantId, userId } = user;
      const [row] = await run<{ count: number }>(sql`
        with ${revoked(user, null, clock.now())},
        ${tellRevoked(tell, clock.now())},
        counted as (select count(*)::int as count from revoked),
        ${auditEvents(
          [
            {
              ...{ type: 'user.passwordWasReset', from: sql`counted` },
              ...{ tenantId: sql`${tenantId}`, userId: sql`${userId}` },
              data: sql`jsonb_build_object('appPasswordsRevoked', count)`,
            },
          ],
          clock.now(),
        )}
        select count from counted`);
      return row?.count ?? 0;
    },
  };
}

/** `revoked`: revokes all of a user's, or that of an id; returns their ids. */
function revoked({ tenantId, userId }: User, id: string | null, now: Date): Sql {
  return sql`revoked as (
    update app_password set revoked_at = ${now}, sealed = null
    where tenant_id = ${tenantId} and user_id = ${userId} and revoked_at is null
      and (${id}::uuid is null or id = ${id}::uuid)
    returning id, tenant_id, user_id)`;
}
