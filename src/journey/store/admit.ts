import { Semaphore } from 'async-mutex';
import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import { createGatherWhileBusy } from '../../platform/gather-while-busy.ts';
import type { Admission, AskedAdmission, CrossedAlarm } from './admission.ts';
import { createAdmitTogether } from './admit-together.ts';
import { interval } from './dial-slots.ts';
import { admitted, insertion, type NewVerification, openKey, openNumber } from './insertion.ts';
import { MOST_TOGETHER } from './together.ts';

/** How many of those that cannot be admitted with others are asked for at once. */
const MOST_ALONE = 2;

interface Row {
  refused: string | null;
  until: Date | null;
  slotAt: Date | null;
  crossed: CrossedAlarm[];
}

/**
 * Writes a verification as `queued` if it may be: counted, with its place on the line, in one statement. What is
 * refused is not counted. Requests that come at the same time are admitted together, but for those that may be refused.
 */
export function createAdmit(run: RunStatement) {
  const one = createAdmitOne(run);
  // Many requests may be handled at once, see `placesFor`.
  const few = new Semaphore(MOST_ALONE);
  return createGatherWhileBusy<AskedAdmission, Admission>({
    one,
    alone: (asked) => few.runExclusive(() => one(asked)),
    many: createAdmitTogether(run),
    most: MOST_TOGETHER,
    keysOf: ({ row: { tenantId, userId, idempotencyKey } }) => [
      `user ${tenantId} ${userId}`,
      ...(idempotencyKey === null ? [] : [`idempotency ${tenantId} ${idempotencyKey}`]),
    ],
  });
}

function createAdmitOne(run: RunStatement) {
  return async (asked: AskedAdmission): Promise<Admission> => {
    try {
      return readAdmission(asked.row, await run<Row>(admitStatement(asked)));
    } catch (error) {
      // The same at once: the index let one through.
      const constraint = takenConstraint(error);
      if (constraint === 'verification_idempotency_key') return { kind: 'repeated' };
      if (constraint === 'verification_open_number') return { kind: 'open' };
      throw error;
    }
  };
}

/**
 * `isOpen`: its user has one of these that is not finished, and it does not repeat another request. Asked
 * first, since the index would refuse it with an error, and PostgreSQL writes user and number of such errors to its log.
 * The expression is the one of the index.
 */
function openBefore(row: NewVerification) {
  const { tenantId, idempotencyKey } = row;
  return sql`open_before as materialized (
      select exists (select from verification o where o.open_number is not null
          and (o.tenant_id || ' ' || o.user_id || ' ' || o.open_number) = ${openKey(row)})
        and not exists (select from verification o where o.tenant_id = ${tenantId}
          and o.idempotency_key = ${idempotencyKey}) as is_open)`;
}

/** Instants are stored as JavaScript reads them, in whole ms: guards compare them with what was read. */
function admitStatement({ row, counters, slot: { intervalMs, furthest } }: AskedAdmission) {
  const { createdAt: now } = row;
  return sql`
    with ${openBefore(row)},
    admitted as materialized (
      select * from admit_request(${row.tenantId}, ${row.idempotencyKey}, ${JSON.stringify(counters)}::jsonb,
        ${row.lineNumber}, ${interval(intervalMs)}, ${furthest}, ${now},
        ${JSON.stringify(row.phoneHashes)}::jsonb, ${row.purpose !== 'signIn'})
      where not (select is_open from open_before)),
    ${insertion(row, openNumber(row))}
    select case when is_open then 'open' else refused end as refused, until, slot_at as "slotAt", crossed
    from open_before left join admitted on true`;
}

function readAdmission(row: NewVerification, [answer]: Row[]): Admission {
  if (!answer) throw new Error('admitting a request gave no row; the function admit_request was changed');
  const { refused, until, slotAt, crossed } = answer;
  if (refused === null) return { kind: 'admitted', verification: admitted(row, slotAt), crossed };
  if (refused === 'suppressed' || refused === 'open') return { kind: refused };
  if (refused === 'repeated' || until === null) return { kind: 'repeated' };
  return refused === 'line' || refused === 'paused'
    ? { kind: refused, until }
    : { kind: 'full', counter: refused, until };
}
