import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { addUp, crossedBy } from './add-up-counters.ts';
import type { Admission, AskedAdmission } from './admission.ts';
import {
  admitted,
  asRecord,
  INSERTION_OF_ADMITTED,
  openKey,
  openNumber,
  RECORD_COLUMNS,
} from './insertion.ts';
import { nothingDone } from './together.ts';

/** What the counters have reached, by their keys, and the places on the lines, by the numbers of the requests. */
interface Row {
  reached: Record<string, number>;
  slots: Record<string, string>;
}

/**
 * Admits several requests in one statement, or none of them.
 * @returns null: one of them would be refused, so each has to be asked for by itself
 */
export function createAdmitTogether(run: RunStatement) {
  return async (asked: AskedAdmission[]): Promise<Admission[] | null> => {
    const counters = addUp(asked.map((each) => each.counters));
    if (counters === null) return null;
    const [answer] = (await run<Row>(admitStatement(asked, counters)).catch(nothingDone)) ?? [];
    if (!answer) return null;
    const crossed = crossedBy(
      asked.map((each) => each.counters),
      answer.reached,
    );
    return asked.map(({ row }, nr) => {
      const slot = answer.slots[nr];
      const verification = admitted(row, slot === undefined ? null : new Date(slot));
      return { kind: 'admitted', verification, crossed: crossed[nr] ?? [] };
    });
  };
}

/**
 * What can be refused without counting is asked for first, of all. The rows that are counted are taken in one order by all statements
 * (see `addUp`), so that none waits for another in a circle.
 */
function admitStatement(asked: AskedAdmission[], counters: ReturnType<typeof addUp>) {
  const latest = Math.max(...asked.map(({ row }) => row.createdAt.getTime()));
  return sql`
    with w as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(asked.map(wanted))}::jsonb)
        as w(nr int, open_key text, phone_hashes jsonb, ${RECORD_COLUMNS})),
    fit as materialized (
      select bool_and(not exists (select from verification o where o.open_number is not null
            and (o.tenant_id || ' ' || o.user_id || ' ' || o.open_number) = w.open_key)
          and not exists (select from verification o where o.tenant_id = w.tenant_id and o.idempotency_key = w.idempotency_key)
          and (w.purpose = 'signIn' or not exists (select from suppressed_number s
            where s.phone_hash in (select jsonb_array_elements_text(w.phone_hashes))))
          and coalesce(phone_paused_until(w.phone_hash, w.purpose), w.created_at) <= w.created_at) as all_fit from w),
    counted as materialized (
      select * from admit_together(${JSON.stringify(counters)}::jsonb, ${JSON.stringify(asked.flatMap(slotOf))}::jsonb,
        ${new Date(latest)}) where (select all_fit from fit)),
    admitted as materialized (
      select w.*, null::text as refused, (c.slots->>w.nr::text)::timestamptz as slot_at from w cross join counted c where c.fits),
    ${INSERTION_OF_ADMITTED}
    select reached, slots from counted where fits`;
}

function wanted({ row }: AskedAdmission, nr: number) {
  return { nr, open_key: openKey(row), phone_hashes: row.phoneHashes, ...asRecord(row, openNumber(row)) };
}

function slotOf({ row, slot: { intervalMs, furthest } }: AskedAdmission, nr: number) {
  if (intervalMs === 0) return [];
  const { lineNumber, tenantId, createdAt } = row;
  return [{ nr, line: lineNumber, tenant: tenantId, pace_s: intervalMs / 1000, furthest, moment: createdAt }];
}
