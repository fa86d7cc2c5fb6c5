import sql from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import type { User } from '../domain/user.ts';
import type { ChangeDeps } from './ports.ts';
import { type MethodState, refusalOf } from './rules.ts';
import { methodsOf } from './statements.ts';

/**
 * One statement: the rows of the user's phones are locked, so what it decides by is what they are then. A phone that is
 * the default already stays so, and nobody is told.
 */
export function createSetDefaultPhone({ run, clock }: Pick<ChangeDeps, 'run' | 'clock'>) {
  /** @throws ServiceError `phoneMethod.notFound`, `phoneMethod.notVerified` */
  return async (user: User, id: string): Promise<void> => {
    // The old default goes first: the index allows one at a time.
    const found = await run<MethodState & { chosen: boolean }>(sql`
      with ${methodsOf(user)},
      chosen as materialized (select * from methods where id = ${id}::uuid and verified_at is not null),
      cleared as (
        update phone_method p set is_default = false from methods m
        where p.id = m.id and m.is_default and m.id <> ${id}::uuid and exists (select from chosen) returning p.id),
      done as (
        update phone_method p set is_default = true from chosen c
        where p.id = c.id and not c.is_default and (select count(*) from cleared) >= 0
        returning p.id, p.tenant_id, p.user_id, p.phone_type),
      ${auditEvents(
        [
          {
            ...{ type: 'phoneMethod.defaultSet', from: sql`done` },
            data: sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type)`,
          },
        ],
        clock.now(),
      )}
      select m.id, m.phone_type, m.is_default, m.verified_at is not null as is_verified,
        exists (select from chosen c where c.id = m.id) as chosen
      from methods m`);
    if (!found.some(({ chosen }) => chosen)) throw refusalOf('setDefault', id.toLowerCase(), found);
  };
}
