import sql, { join, type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { signsIn } from '../domain/signs-in.ts';
import type { User } from '../domain/user.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { messageData, type PhoneMethodMessage } from './messages.ts';
import type { ChangeDeps } from './ports.ts';
import { type MethodState, refusalOf } from './rules.ts';
import { methodsOf } from './statements.ts';

type Deps = Pick<ChangeDeps, 'db' | 'run' | 'clock' | 'by' | 'tell' | 'policyOf'>;

/** A phone of the user as the statement found it; `isSo`: it is now as was wanted. */
type Found = MethodState & { isSo: boolean };

/** What happened to a phone: the part of the statement that has its row, and the message and audit event about it. */
interface Happened {
  type: Extract<PhoneMethodMessage, `phoneMethod.smsSignIn${string}`>;
  from: Sql;
  /** Why, where it is not what was asked for. */
  because?: 'unused';
}

/**
 * Makes the number of a mobile the user name of its user, and no user name any more. One statement each, for which
 * whoever enables the same number has waited; the unique index phone_method_sign_in is what holds in the end.
 */
export function createSmsSignIn(deps: Deps) {
  return { enableSmsSignIn: createEnable(deps), disableSmsSignIn: createDisable(deps) };
}

function createEnable({ db, clock, by, tell, policyOf }: Deps) {
  /**
   * A number that another user holds and has not used for too long is taken from that user. If that user was verified
   * before this one, and uses it, the tenant is told that two people have proved to have the number.
   * @throws ServiceError `phoneMethod.notFound`, `phoneMethod.smsSignInNotSupported`, `policy.smsSignInRefused`,
   * `phoneMethod.notVerified`, `phoneMethod.numberInUse`
   */
  return async (user: User, id: string): Promise<void> => {
    const policy = await policyOf(user.tenantId);
    const lock = sql`select lock_sign_in(${user.tenantId}, ${user.userId}, ${id}::uuid)`;
    const statement = enabling({ user, id, policy: policy.smsSignIn, by, tell }, clock.now());
    const found = await runWhenLocked<Found, Registry>(db, lock, statement);
    if (!found.some(({ isSo }) => isSo)) throw refusalOf('enableSmsSignIn', id.toLowerCase(), found, policy);
  };
}

interface Wanted extends Pick<Deps, 'by' | 'tell'> {
  user: User;
  id: string;
  policy: TenantPolicy['smsSignIn'];
}

function enabling({ user, id, policy, by, tell }: Wanted, now: Date): Sql {
  // The old holder goes first: the index allows one at a time.
  return sql`
    with ${methodsOf(user)},
    wanted as materialized (
      select m.*, ${signsIn(now, policy.unusedDays)} as signs_in from methods m
      where m.id = ${id}::uuid and m.phone_type = 'mobile' and m.verified_at is not null and ${policy.allowed}::boolean),
    holder as materialized (
      select m.*, ${signsIn(now, policy.unusedDays)} as signs_in, w.verified_at > m.verified_at as is_contested
      from wanted w join phone_method m on m.tenant_id = w.tenant_id and m.user_id <> w.user_id
        and sign_in_key(m.phone_number) = sign_in_key(w.phone_number) and m.sign_in_enabled_at is not null),
    cleared as (
      update phone_method p set sign_in_enabled_at = null, sign_in_contested_at = null
      from holder h where p.id = h.id and not h.signs_in returning p.*),
    done as (
      update phone_method p set sign_in_enabled_at = ${now}::timestamptz, sign_in_contested_at = null
      from wanted w where p.id = w.id and not w.signs_in and not exists (select from holder h where h.signs_in)
        and (select count(*) from cleared) >= 0 returning p.*),
    contested as (
      update phone_method p set sign_in_contested_at = ${now}::timestamptz
      from holder h where p.id = h.id and h.signs_in and h.is_contested and h.sign_in_contested_at is null returning p.*),
    ${said(
      [
        { type: 'phoneMethod.smsSignInEnabled', from: sql`done` },
        { type: 'phoneMethod.smsSignInDisabled', from: sql`cleared`, because: 'unused' },
        { type: 'phoneMethod.smsSignInContested', from: sql`contested` },
      ],
      { by, tell },
      now,
    )}
    select m.id, m.phone_type, m.is_default, m.verified_at is not null as is_verified,
      m.id = ${id}::uuid and exists (select from holder h where h.signs_in) as is_in_use,
      exists (select from done d where d.id = m.id) or exists (select from wanted w where w.id = m.id and w.signs_in) as is_so
    from methods m`;
}

function createDisable({ run, clock, by, tell }: Deps) {
  /** @throws ServiceError `phoneMethod.notFound`, `phoneMethod.smsSignInNotSupported` */
  return async (user: User, id: string): Promise<void> => {
    const now = clock.now();
    const found = await run<Found>(sql`
      with ${methodsOf(user)},
      done as (
        update phone_method p set sign_in_enabled_at = null, sign_in_contested_at = null
        from methods m where p.id = m.id and m.id = ${id}::uuid and m.sign_in_enabled_at is not null returning p.*),
      ${said([{ type: 'phoneMethod.smsSignInDisabled', from: sql`done` }], { by, tell }, now)}
      select m.id, m.phone_type, m.is_default, m.verified_at is not null as is_verified,
        m.id = ${id}::uuid and m.phone_type = 'mobile' as is_so
      from methods m`);
    if (!found.some(({ isSo }) => isSo)) throw refusalOf('disableSmsSignIn', id.toLowerCase(), found);
  };
}

/** `audit` and `told`: an audit event and a message for each. */
export function said(happened: readonly Happened[], { by, tell }: Pick<Deps, 'by' | 'tell'>, now: Date): Sql {
  const events = happened.map(
    ({ type, from, because }): AuditEvent => ({
      ...{ type, from },
      data: because
        ? sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type, 'because', ${because}::text)`
        : sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type)`,
    }),
  );
  const messages = happened.map(
    ({ type, from }) =>
      sql`select m.tenant_id, ${type}::text as type, ${messageData('m', by)} as payload from ${from} m`,
  );
  return sql`${auditEvents(events, now)}, ${tell(join(messages, ' union all '), now)}`;
}
