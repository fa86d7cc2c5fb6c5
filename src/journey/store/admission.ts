import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import { interval } from './dial-slots.ts';
import { story, type Verification } from './rows.ts';

/** A new verification, before the registry has it. */
export type NewVerification = Pick<
  Verification,
  | 'id'
  | 'tenantId'
  | 'userId'
  | 'purpose'
  | 'channel'
  | 'phoneType'
  | 'phoneNumber'
  | 'country'
  | 'locale'
  | 'jobId'
  | 'extension'
  | 'pauseBeforeS'
  | 'pauseAfterS'
  | 'challenge'
  | 'challengeDigits'
  | 'codeSeed'
  | 'codeHost'
  | 'withoutAppPassword'
  | 'idempotencyKey'
  | 'requestHash'
  | 'createdAt'
  | 'expiresAt'
  | 'policyVersion'
  | 'traceParent'
> & {
  lineNumber: string;
  /** The phone, hashed under every key, the current one first. */
  phoneHashes: string[];
};

/** What a request is counted against. */
export interface Counter {
  /** What an error calls it. */
  name: string;
  key: string;
  /** The most in one window. */
  most: number;
  /** How much of it the request takes; 1 when left out. */
  amount?: number;
  /** The percentages of `most` at which the operator is told. */
  alarmsAt?: readonly number[];
  /** The end of a window that begins now, ISO 8601. */
  endsAt: string;
}

/** The pace of the request's line, and how long it may wait for a place. Interval 0: the line has no pace to keep. */
export interface WishForSlot {
  intervalMs: number;
  furthest: Date;
}

/**
 * What became of a request. `crossed`: the alarms that it made due. `repeated`: its idempotency key was used before. `open`: its user has a verification of the
 * number that is not finished, or any that has an answer to guess. `full`: this counter (by its name) has no
 * room before `until`. `suppressed`: its phone must not be called. `paused`: its phone must not be called before `until`. `line`: the line, or the tenant's half of it, is free at `until` only.
 */
export type Admission =
  | { kind: 'admitted'; verification: Verification; crossed: CrossedAlarm[] }
  | { kind: 'repeated' }
  | Refused;

/** Why a call or a text was not admitted. */
export type Refused =
  | { kind: 'open' }
  | { kind: 'suppressed' }
  | { kind: 'paused'; until: Date }
  | { kind: 'full'; counter: string; until: Date }
  | { kind: 'line'; until: Date };

/** So many percent of this counter's most were reached. */
export interface CrossedAlarm {
  counter: string;
  percent: number;
}

interface Row {
  refused: string | null;
  until: Date | null;
  slotAt: Date | null;
  crossed: CrossedAlarm[];
}

/** What a verification begins with: the defaults of the table, which are not read back. */
const NOTHING_YET = {
  ...({ state: 'queued', open: true, live: false, prompt: 'ask' } as const),
  ...{ outcome: null, errorCode: null, decidedAt: null, finishedAt: null },
  ...{ attemptId: null, escalatedAt: null, attempts: 0, redials: 0, round: 1, wrongKeys: 0, silences: 0 },
  ...{ callId: null, callStatus: null, callError: null, statusSequence: -1, answeredBy: null },
  ...{ dialedAt: null, rangAt: null, answeredAt: null, endedAt: null },
  ...{ signIn: null, decoy: null, textsAsked: 1, textAskedAt: null },
};

/**
 * Writes a verification as `queued` if it may be: counted, with its place on the line, in one statement. What is
 * refused is not counted.
 */
export function createAdmission(run: RunStatement) {
  return async function admit(
    row: NewVerification,
    counters: Counter[],
    slot: WishForSlot,
  ): Promise<Admission> {
    try {
      return readAdmission(row, await run<Row>(admitStatement(row, counters, slot)));
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
 * Of what a user can have only one open verification: of a number, or where there is an answer to guess, at all. Several at
 * once would be guessed before the first wrong answers count.
 */
export function openNumber({
  challenge,
  phoneNumber,
}: Pick<Verification, 'challenge' | 'phoneNumber'>): string {
  return challenge === 'pound' ? phoneNumber : challenge;
}

/**
 * `isOpen`: its user has one of these that is not finished, and it does not repeat another request. Asked
 * first, since the index would refuse it with an error, and PostgreSQL writes user and number of such errors to its log.
 * The expression is the one of the index.
 */
function openBefore(row: NewVerification) {
  const { tenantId, userId, idempotencyKey } = row;
  return sql`open_before as materialized (
      select exists (select from verification o where o.open_number is not null
          and (o.tenant_id || ' ' || o.user_id || ' ' || o.open_number) = ${[tenantId, userId, openNumber(row)].join(' ')})
        and not exists (select from verification o where o.tenant_id = ${tenantId}
          and o.idempotency_key = ${idempotencyKey}) as is_open)`;
}

/** Instants are stored as JavaScript reads them, in whole ms: guards compare them with what was read. */
function admitStatement(row: NewVerification, counters: Counter[], { intervalMs, furthest }: WishForSlot) {
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

/**
 * `v`: writes the row, if `admitted` does not refuse it.
 * @param open what the user can have only one of; null: it counts for nothing
 * @param own what is taken from `admitted` instead of the row, and further columns
 */
export function insertion(
  row: NewVerification,
  open: string | null,
  own: { userId: Sql; phoneNumber: Sql; signIn: Sql; decoy: Sql; textAskedAt: Sql } = {
    ...{ userId: sql`${row.userId}`, phoneNumber: sql`${row.phoneNumber}` },
    ...{ signIn: sql`null`, decoy: sql`null`, textAskedAt: sql`null` },
  },
): Sql {
  const { createdAt: now } = row;
  return sql`v as (
      insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country, locale,
        job_id, extension, pause_before_s, pause_after_s, challenge, challenge_digits, code_seed, idempotency_key, request_hash,
        created_at, expires_at, policy_version, trace_parent, line_number, open_number,
        phone_hash, slot_at, wake_at, state, events, sign_in, decoy, text_asked_at, code_host,
        without_app_password)
      select ${row.id}::uuid, ${row.tenantId}::text, ${own.userId}::text, ${row.purpose}::text, ${row.channel}::text,
        ${row.phoneType}::text, ${own.phoneNumber}::text, ${row.country}::text, ${row.locale}::text,
        ${row.jobId}::text, ${row.extension}::text, ${row.pauseBeforeS}::float8, ${row.pauseAfterS}::float8,
        ${row.challenge}::text, ${row.challengeDigits}::text, ${row.codeSeed}::text, ${row.idempotencyKey}::text, ${row.requestHash}::text,
        ${now}::timestamptz, ${row.expiresAt}::timestamptz, ${row.policyVersion}::int, ${row.traceParent}::text,
        ${row.lineNumber}::text, ${open}::text,
        ${row.phoneHashes[0] ?? null}::text, place, coalesce(place, ${now}::timestamptz), 'queued',
        ${story(now, { type: 'queued' })}::jsonb, ${own.signIn}::jsonb, ${own.decoy}::text, ${own.textAskedAt}::timestamptz,
        ${row.codeHost}::text, ${row.withoutAppPassword}::boolean
      from admitted, date_trunc('milliseconds', admitted.slot_at) place where admitted.refused is null)`;
}

function readAdmission(row: NewVerification, [answer]: Row[]): Admission {
  if (!answer) throw new Error('admitting a request gave no row; the function admit_request was changed');
  const { refused, until, slotAt, crossed } = answer;
  if (refused === null) {
    const { policyVersion: policyNow, createdAt, phoneHashes: _, ...columns } = row;
    const verification = {
      ...NOTHING_YET,
      ...columns,
      createdAt,
      policyVersion: policyNow,
      policyNow,
      slotAt,
      wakeAt: slotAt ?? createdAt,
    };
    return { kind: 'admitted', verification, crossed };
  }
  if (refused === 'suppressed' || refused === 'open') return { kind: refused };
  if (refused === 'repeated' || until === null) return { kind: 'repeated' };
  return refused === 'line' || refused === 'paused'
    ? { kind: refused, until }
    : { kind: 'full', counter: refused, until };
}
