import sql from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import type { ChangeDeps } from './ports.ts';
import { lockUser, methodsOf } from './statements.ts';

/** What a user must do again. */
export interface Reregistration {
  /** Phones that were verified and count no more until they are verified again. */
  phoneMethods: number;
  /** Open verifications that were ended. */
  verificationsEnded: number;
}

/**
 * No phone of the user counts any more until it is verified again; the numbers stay, and so do app passwords. Done a second
 * time it changes nothing.
 */
export function createRequireReregistration(deps: ChangeDeps) {
  const { db, clock, by, tell } = deps;
  return async (user: User): Promise<Reregistration> => {
    const { tenantId, userId } = user;
    const now = clock.now();
    const statement = sql`
      with ${methodsOf(user)},
      done as (
        update phone_method p set verified_at = null from methods m
        where p.id = m.id and m.verified_at is not null returning p.id),
      ${deps.openVerifications.endOfUser(user, now)},
      counts as materialized (
        select (select count(*)::int from done) as phone_methods, (select count(*)::int from ended) as ended),
      ${auditEvents(
        [
          {
            type: 'user.reregistrationRequired',
            from: sql`counts where phone_methods + ended > 0`,
            data: sql`jsonb_build_object('phoneMethods', phone_methods, 'verificationsEnded', ended)`,
            ...{ tenantId: sql`${tenantId}`, userId: sql`${userId}` },
          },
        ],
        now,
      )},
      ${tell(
        sql`select ${tenantId}::text as tenant_id, 'user.reregistrationRequired' as type,
          jsonb_build_object('userId', ${userId}::text, 'phoneMethods', phone_methods, 'by', ${by}::text) as payload
          from counts where phone_methods + ended > 0`,
        now,
      )}
      select phone_methods, array(select id from ended) as ended from counts`;
    const [row] = await runWhenLocked<{ phoneMethods: number; ended: string[] }, Registry>(
      db,
      lockUser(deps, user),
      statement,
    );
    if (!row) throw new Error('the statement that requires a registration returns one row');
    deps.openVerifications.ended(row.ended);
    return { phoneMethods: row.phoneMethods, verificationsEnded: row.ended.length };
  };
}
