import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { ALONE } from '../../platform/gather-while-busy.ts';
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

/** What became of requests. */
interface Row {
  /** Whether all were admitted; otherwise none was. */
  fits: boolean;
  /** The numbers of those that are refused whatever is counted. */
  unfit: number[];
  /** The counters without enough room, by their keys. */
  full: string[] | null;
  /** The number of one whose line has no place. */
  withoutSlot: number | null;
  /** What the counters have reached, by their keys, and the places on the lines, by the numbers of the requests. */
  reached: Record<string, number>;
  slots: Record<string, string>;
}

/** Each time some may be left out: who is refused for itself, whose counter is full, whose line has no place. */
const MOST_TRIES = 3;

/** Admits several requests in one statement, as many of them as can be. The others have to be asked for by themselves. */
export function createAdmitTogether(run: RunStatement) {
  return async (asked: AskedAdmission[]): Promise<(Admission | typeof ALONE)[]> => {
    const results: (Admission | typeof ALONE)[] = asked.map(() => ALONE);
    let left = asked.map((each, place) => ({ ...each, place }));
    for (let tries = 0; tries < MOST_TRIES && left.length > 0; tries += 1) {
      const answer = await ask(run, left);
      if (answer === null) break;
      if (answer.fits) {
        const admissions = admissionsOf(left, answer);
        left.forEach(({ place }, nr) => {
          results[place] = admissions[nr] ?? ALONE;
        });
        break;
      }
      left = withoutRefused(left, answer);
    }
    return results;
  };
}

/** Null: nothing was done. */
async function ask(run: RunStatement, asked: AskedAdmission[]): Promise<Row | null> {
  const counters = addUp(asked.map((each) => each.counters));
  if (counters === null) return null;
  const [answer] = (await run<Row>(admitStatement(asked, counters)).catch(nothingDone)) ?? [];
  return answer ?? null;
}

function admissionsOf(asked: AskedAdmission[], { reached, slots }: Row): Admission[] {
  const crossed = crossedBy(
    asked.map(({ counters }) => counters),
    reached,
  );
  return asked.map(({ row }, nr) => {
    const slot = slots[nr];
    const verification = admitted(row, slot === undefined ? null : new Date(slot));
    return { kind: 'admitted', verification, crossed: crossed[nr] ?? [] };
  });
}

/** Those that may still be admitted together: whose counters have room for all who count, and whose line has places. */
function withoutRefused<Asked extends AskedAdmission>(asked: Asked[], answer: Row): Asked[] {
  const { unfit, full, withoutSlot } = answer;
  const busyLine = withoutSlot === null ? null : asked[withoutSlot]?.row.lineNumber;
  return asked.filter(
    ({ row, counters }, nr) =>
      !unfit.includes(nr) && row.lineNumber !== busyLine && !counters.some(({ key }) => full?.includes(key)),
  );
}

/**
 * What is refused whatever is counted is found first. The rows that are counted are taken in one order by all statements
 * (see `addUp`), so that none waits for another in a circle.
 */
function admitStatement(asked: AskedAdmission[], counters: ReturnType<typeof addUp>) {
  const latest = Math.max(...asked.map(({ row }) => row.createdAt.getTime()));
  return sql`
    with w as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(asked.map(wanted))}::jsonb)
        as w(nr int, open_key text, phone_hashes jsonb, ${RECORD_COLUMNS})),
    looked_at as materialized (
      select w.nr, not exists (select from verification o where o.open_number is not null
            and (o.tenant_id || ' ' || o.user_id || ' ' || o.open_number) = w.open_key)
          and not exists (select from verification o where o.tenant_id = w.tenant_id and o.idempotency_key = w.idempotency_key)
          and (w.purpose = 'signIn' or not exists (select from suppressed_number s
            where s.phone_hash in (select jsonb_array_elements_text(w.phone_hashes))))
          and coalesce(phone_paused_until(w.phone_hash, w.purpose), w.created_at) <= w.created_at as is_fit from w),
    fit as materialized (
      select bool_and(is_fit) as all_fit, coalesce(jsonb_agg(nr) filter (where not is_fit), '[]') as unfit from looked_at),
    counted as materialized (
      select * from admit_together(${JSON.stringify(counters)}::jsonb, ${JSON.stringify(asked.flatMap(slotOf))}::jsonb,
        ${new Date(latest)}) where (select all_fit from fit)),
    admitted as materialized (
      select w.*, null::text as refused, (c.slots->>w.nr::text)::timestamptz as slot_at from w cross join counted c where c.fits),
    ${INSERTION_OF_ADMITTED}
    select coalesce(fits, false) as fits, unfit, "full", without_slot, reached, slots from fit left join counted on true`;
}

function wanted({ row }: AskedAdmission, nr: number) {
  return { nr, open_key: openKey(row), phone_hashes: row.phoneHashes, ...asRecord(row, openNumber(row)) };
}

function slotOf({ row, slot: { intervalMs, furthest } }: AskedAdmission, nr: number) {
  if (intervalMs === 0) return [];
  const { lineNumber, tenantId, createdAt } = row;
  return [{ nr, line: lineNumber, tenant: tenantId, pace_s: intervalMs / 1000, furthest, moment: createdAt }];
}
