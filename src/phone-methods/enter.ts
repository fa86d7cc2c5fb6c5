import { randomUUIDv7 } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { auditEvents } from '../domain/audit-event.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import { runWhenLocked } from '../platform/database/run-statement.ts';
import type { Registry } from '../registry/schema.ts';
import { messageData } from './messages.ts';
import type { ChangeDeps } from './ports.ts';

/** A number that an administrator enters for a user. */
export interface NewPhone {
  userId: string;
  phoneType: PhoneType;
  /** E.164. */
  phoneNumber: string;
  extension: string | null;
}

/**
 * What became of it. `changed`: it replaced another number that was not verified. `unchanged`: it was there already.
 * `taken`: the user has another number of this type. `mobileFirst`: an alternate mobile needs a mobile beside it.
 */
export interface Entered {
  result: 'added' | 'changed' | 'unchanged' | 'taken' | 'mobileFirst';
  /** The phone of this type that the user has now, if any. */
  id: string | null;
}

/** Enters numbers, each of another user or type, and returns what became of each. */
export type EnterPhones = ReturnType<typeof createEnterPhones>;

type EnterDeps = Pick<ChangeDeps, 'db' | 'clock' | 'by' | 'tell' | 'openVerifications'>;

/** Users that are locked at once; each is a lock of the database. */
const AT_ONCE = 100;

interface Row extends Omit<NewPhone, 'userId'> {
  place: number;
  id: string | null;
  added: boolean | null;
  hasMobile: boolean;
  beforeId: string | null;
  isSame: boolean;
  /** The verifications that all of them ended. */
  ended: string[];
}

/**
 * Numbers that count for nothing until their users verify them; a verified number is never overwritten, and nobody is kept
 * from registering the same number. The user's verification of a number that is replaced ends, as one of a number that is
 * changed does. Audit events and messages are in the same statement.
 */
export function createEnterPhones({ db, clock, by, tell, openVerifications }: EnterDeps) {
  /**
   * @param how.overwrites whether a number that is not verified is replaced
   * @param how.progress called with how many were entered so far
   */
  return async (
    tenantId: string,
    phones: readonly NewPhone[],
    how: { overwrites: boolean; progress?: (entered: number) => void },
  ): Promise<Entered[]> => {
    const entered = new Map<NewPhone, Entered>();
    for (const some of inParts(phones)) {
      const wanted = { tenantId, phones: some, overwrites: how.overwrites };
      const statement = entering(wanted, { by, tell, openVerifications }, clock.now());
      const rows = await runWhenLocked<Row, Registry>(db, lockUsers(openVerifications, wanted), statement);
      openVerifications.ended(rows[0]?.ended ?? []);
      for (const row of rows) entered.set(some[row.place] as NewPhone, toEntered(row));
      how.progress?.(entered.size);
    }
    return phones.map((phone) => entered.get(phone) as Entered);
  };
}

/** Those first that others may need: a mobile may be in the same list as the alternate mobile that needs it. */
function inParts(phones: readonly NewPhone[]): NewPhone[][] {
  const isAlternate = ({ phoneType }: NewPhone) => phoneType === 'alternateMobile';
  const groups = [phones.filter((phone) => !isAlternate(phone)), phones.filter(isAlternate)];
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / AT_ONCE) }, (_, part) =>
      group.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
    ),
  );
}

interface Wanted {
  tenantId: string;
  phones: NewPhone[];
  overwrites: boolean;
}

/**
 * In the order of the locks, so that two lists cannot wait for each other; verifications that may end first, as whoever
 * changes one phone locks them.
 */
function lockUsers(
  { lockUnverified }: EnterDeps['openVerifications'],
  { tenantId, phones, overwrites }: Wanted,
): Sql {
  const userIds = [...new Set(phones.map(({ userId }) => userId))];
  return sql`with ${lockUnverified(tenantId, overwrites ? userIds : [])}
    select lock_phone_methods(${tenantId}, u.user_id) from (
      select user_id from unnest(${userIds}::text[]) each (user_id)
      where (select count(*) from locked) >= 0
      order by hashtextextended(${tenantId} || ' ' || user_id, 14) offset 0) u`;
}

function entering(
  { tenantId, phones, overwrites }: Wanted,
  { by, tell, openVerifications }: Omit<EnterDeps, 'db' | 'clock'>,
  now: Date,
): Sql {
  const list = JSON.stringify(phones.map((phone, place) => ({ ...phone, place, id: randomUUIDv7() })));
  const isOther = sql`(m.phone_number <> i."phoneNumber" or m.extension is distinct from i.extension)`;
  return sql`
    with item as materialized (
      select i.*, exists (select from phone_method m where m.tenant_id = ${tenantId} and m.user_id = i."userId"
          and m.phone_type = 'mobile') as has_mobile
      from jsonb_to_recordset(${list}::jsonb) as i(place int, id uuid, "userId" text, "phoneType" text,
        "phoneNumber" text, extension text)),
    before as materialized (
      select i.place, m.id, m.tenant_id, m.user_id, m.phone_number, ${isOther} as is_other
      from item i join phone_method m on m.tenant_id = ${tenantId} and m.user_id = i."userId"
        and m.phone_type = i."phoneType"),
    written as (
      insert into phone_method as p (id, tenant_id, user_id, phone_type, phone_number, extension, created_at, updated_at)
      select i.id, ${tenantId}::text, i."userId", i."phoneType", i."phoneNumber", i.extension, ${now}::timestamptz,
        ${now}::timestamptz
      from item i where i.has_mobile or i."phoneType" <> 'alternateMobile'
      on conflict (tenant_id, user_id, phone_type) do update set phone_number = excluded.phone_number,
        extension = excluded.extension, verification_id = null, updated_at = excluded.updated_at
        where ${overwrites}::boolean and p.verified_at is null
          and (p.phone_number <> excluded.phone_number or p.extension is distinct from excluded.extension)
      returning p.id, p.tenant_id, p.user_id, p.phone_type, p.verified_at, p.is_default, p.sign_in_enabled_at, xmax = 0 as added),
    done as (select b.* from before b join written w on w.id = b.id),
    ${openVerifications.endOfNumber(now)},
    ${auditEvents(
      (['phoneMethod.added', 'phoneMethod.changed'] as const).map((type) => ({
        type,
        from: sql`written where added = ${type === 'phoneMethod.added'}::boolean`,
        data: sql`jsonb_build_object('phoneMethodId', id, 'phoneType', phone_type)`,
        many: true,
      })),
      now,
    )},
    ${tell(
      sql`select w.tenant_id, case when w.added then 'phoneMethod.added' else 'phoneMethod.changed' end as type,
        ${messageData('w', by)} as payload from written w`,
      now,
    )}
    select i.place, i."phoneType" as phone_type, w.id, w.added, i.has_mobile, b.id as before_id,
      b.id is not null and not b.is_other as is_same, array(select id from ended) as ended
    from item i left join written w on w.user_id = i."userId" and w.phone_type = i."phoneType"
      left join before b on b.place = i.place`;
}

function toEntered({ id, added, phoneType, hasMobile, beforeId, isSame }: Row): Entered {
  if (id !== null) return { result: added ? 'added' : 'changed', id };
  if (isSame) return { result: 'unchanged', id: beforeId };
  if (phoneType === 'alternateMobile' && !hasMobile) return { result: 'mobileFirst', id: beforeId };
  return { result: 'taken', id: beforeId };
}
