import sql, { type Sql } from 'sql-template-tag';

/**
 * After how many verifications in a row that ended with wrong answers a challenge is locked, and for how long, s. A PIN:
 * a quarter of an hour, doubled with each further failure, a day at most. The digits on the screen are two, so three
 * failures (nine guesses) lock them for a day.
 */
const LOCKED_FROM = 3;
const PIN_LOCK_S = 900;
const DAY_S = 86_400;

/**
 * `failure`: if there were wrong answers, counts a failed challenge of the user of the finished verification in `done`,
 * and locks it when there were too many; returns `locked_until`. A test of an extension, and `#` alone, are no secret
 * that could be guessed.
 */
export function writeFailure(now: Date): Sql {
  return sql`failure as (
    insert into challenge_failure as f (tenant_id, user_id, challenge, failures, updated_at)
    select tenant_id, user_id, challenge, 1, ${now}::timestamptz from done
    where wrong_keys > 0 or outcome = 'wrongDigits'
    on conflict (tenant_id, user_id, challenge) do update set failures = f.failures + 1, updated_at = excluded.updated_at,
      locked_until = case when f.failures + 1 >= ${LOCKED_FROM}::int then excluded.updated_at
        + make_interval(secs => case when f.challenge = 'numberMatch' then ${DAY_S}::int
          else least(${DAY_S}::int, ${PIN_LOCK_S}::int * 2 ^ least(f.failures + 1 - ${LOCKED_FROM}::int, 20)) end) end
    returning locked_until)`;
}

/** `forgiven`: a right answer ends the row of failures. */
export function writeForgiveness(): Sql {
  return sql`forgiven as (
    delete from challenge_failure f using done
    where f.tenant_id = done.tenant_id and f.user_id = done.user_id and f.challenge = done.challenge)`;
}
