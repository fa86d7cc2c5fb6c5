import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { MADE_UP_FOR } from '../request/unentered-codes.ts';
import type { Counter } from './admission.ts';
import {
  DECIDED_COLUMNS,
  type Decided,
  isOfTenant,
  isStillEntitled,
  story,
  type Verification,
} from './rows.ts';

/** How often a code may be checked: the wrong one that ends the verification. */
export const MOST_CHECKS = 5;
/** How long the process that recorded a decision has to complete it before others look, s. */
const COMPLETED_WITHIN_S = 5;

/** A code that was checked: what became of the verification, and how many wrong ones there were. */
export type Checked = Decided & Pick<Verification, 'state' | 'wrongKeys'>;

/** A code to check. */
export interface CodeToCheck {
  verification: Pick<Verification, 'tenantId' | 'id' | 'codeSeed'>;
  isRight: boolean;
  /** What wrong codes of all verifications like this one count against. */
  budget: Counter;
  /** `smsSignIn.unusedDays` of the policy, for sign-ins by number. */
  unusedDays?: number | null;
  /** What a repetition is known by; null or left out: it is none. */
  key?: string | null;
  /** Counters of texts whose codes nobody entered, which a right code makes up for. */
  madeUpFor?: readonly string[];
}

/**
 * Checks a code: one update counts it and decides. Of many at once only as many are looked at as there are chances left,
 * since the answer of one that gets no row tells nothing of whether it was right. The budget is locked first, so that
 * several verifications at once do not have more chances together either. It has a lock
 * of its own: its row may not be there yet, and two checks would then wait for each other.
 *
 * What a user's verification would be refused for makes the right code of a sign-in by number wrong: who asked for it may
 * be anybody, and must not learn whether there is such a user.
 */
export function createCheck(first: <Row>(statement: Sql) => Promise<Row | null>) {
  return (
    { verification, isRight, budget, unusedDays = null, key = null, madeUpFor = [] }: CodeToCheck,
    now: Date,
  ) => {
    const right = sql`(${isRight}::boolean and v.decoy is null and (select ok from budget) and (select ok from entitled))`;
    const decides = sql`(${right} or v.wrong_keys + 1 >= ${MOST_CHECKS}::int)`;
    const [approved, wrong] = ['approved', 'wrongDigits'].map((outcome) =>
      story(now, { type: 'decided', outcome }),
    );
    return first<Checked>(sql`
      with ${budgetOf(budget, now)},
      entitled as materialized (
        select coalesce(bool_and(${isStillEntitled(now, unusedDays)}), false) as ok from verification v
        where ${isOfTenant(verification)}),
      v as (
        update verification v set wrong_keys = v.wrong_keys + case when ${right} then 0 else 1 end, check_key = ${key},
          state = case when ${decides} then 'decided' else v.state end,
          live = v.live or ${decides},
          outcome = case when ${right} then 'approved' when ${decides} then 'wrongDigits' end,
          decided_at = case when ${decides} then ${now}::timestamptz end,
          wake_at = case when ${decides} then ${now}::timestamptz + make_interval(secs => ${COMPLETED_WITHIN_S}) else v.wake_at end,
          events = v.events || case when ${right} then ${approved}::jsonb when ${decides} then ${wrong}::jsonb
            else ${story(now, { type: 'codeWrong' })}::jsonb end
        where ${takesCode({ verification, key }, now)}
          and (v.sign_in is not null or (v.attempts > 0 and (select ok from budget) and ${isStillEntitled(now)}))
        returning ${DECIDED_COLUMNS}, v.state, v.wrong_keys),
      counted as (
        select count_one(${budget.key}, 1, null, ${budget.endsAt}, ${now}) from v where v.outcome is distinct from 'approved')
      ${madeUpFor.length === 0 ? empty : sql`, ${makeUp(madeUpFor, raw('v'), now)}`}
      -- What only selects is not run unless something reads it.
      select v.* from v where (select count(*) from counted) >= 0`);
  };
}

/** What no key of a check is. */
const NO_KEY = '-';

/** `budget`, whether there are chances left, and the lock that lets one check after the other see it. */
export function budgetOf({ key, most }: Counter, now: Date): Sql {
  return sql`locked as materialized (select pg_advisory_xact_lock(hashtextextended(${key}, 20))::text as held),
      budget as materialized (
        select coalesce(max(c.count), 0) < ${most}::int as ok from (
          select r.count from rate_count r where r.key = ${key} and r.window_ends_at > ${now}
            and (select held is not null from locked) for update) c)`;
}

/** A condition on the verification `v`: it waits for its code, and was not asked this before. */
export function takesCode({ verification, key }: Pick<CodeToCheck, 'verification' | 'key'>, now: Date): Sql {
  return sql`${isOfTenant(verification)} and v.channel = 'sms' and v.code_seed = ${verification.codeSeed}
          and v.state in ('queued', 'sending', 'sent') and v.expires_at > ${now}
          and v.check_key is distinct from ${key ?? NO_KEY}`;
}

/**
 * `made_up_for`, what a right code makes up for. The rows are locked in the order of the keys, in which a request locks them: they would
 * wait for each other otherwise.
 * @param checked the name of the verification that was checked
 */
export function makeUp(keys: readonly string[], checked: Sql, now: Date): Sql {
  return sql`made_up_for as (
        update rate_count r set count = r.count - ${MADE_UP_FOR}::int
        from (select c.key from ${checked} v, jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) with ordinality k(key, place)
            join rate_count c on c.key = k.key
          where v.outcome = 'approved' and c.window_ends_at > ${now} order by k.place for update of c) held
        where r.key = held.key)`;
}

/** The verification, if the latest check of its code was this one. */
export function createCheckedWith(first: <Row>(statement: Sql) => Promise<Row | null>) {
  return (id: string, key: string) =>
    first<Checked>(sql`select ${DECIDED_COLUMNS}, v.state, v.wrong_keys from verification v
      where v.id = ${id} and v.check_key = ${key}`);
}

/** Until when no more codes are checked, since too many were wrong. */
export function createBudgetEnd(first: <Row>(statement: Sql) => Promise<Row | null>) {
  return async ({ key, most }: Counter, now: Date): Promise<Date | null> => {
    const used = await first<{ until: Date }>(sql`
      select r.window_ends_at as until from rate_count r
      where r.key = ${key} and r.window_ends_at > ${now} and r.count >= ${most}::int`);
    return used?.until ?? null;
  };
}
