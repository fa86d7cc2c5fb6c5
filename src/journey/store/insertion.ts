import sql, { join, raw, type Sql } from 'sql-template-tag';
import { eventAt, type Verification } from './rows.ts';

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

/** What the index on open verifications has of a new one. */
export function openKey(row: NewVerification): string {
  return [row.tenantId, row.userId, openNumber(row)].join(' ');
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

/** A verification as it was written. @param slotAt its place on the line; null: the line keeps no pace */
export function admitted(row: NewVerification, slotAt: Date | null): Verification {
  const { policyVersion, createdAt, phoneHashes: _, ...columns } = row;
  return {
    ...NOTHING_YET,
    ...columns,
    createdAt,
    policyVersion,
    policyNow: policyVersion,
    slotAt,
    wakeAt: slotAt ?? createdAt,
  };
}

/** What is written of a new verification, and its type; its place on the line is found when it is admitted. */
const COLUMNS = {
  ...{ id: 'uuid', tenant_id: 'text', user_id: 'text', purpose: 'text', channel: 'text', phone_type: 'text' },
  ...{
    phone_number: 'text',
    phone_hash: 'text',
    country: 'text',
    locale: 'text',
    job_id: 'text',
    extension: 'text',
  },
  ...{ pause_before_s: 'float8', pause_after_s: 'float8', challenge: 'text', challenge_digits: 'text' },
  ...{ code_seed: 'text', code_host: 'text', without_app_password: 'boolean', idempotency_key: 'text' },
  ...{ request_hash: 'text', created_at: 'timestamptz', expires_at: 'timestamptz', policy_version: 'int' },
  ...{ trace_parent: 'text', line_number: 'text', open_number: 'text', events: 'jsonb', sign_in: 'jsonb' },
  ...{ decoy: 'text', text_asked_at: 'timestamptz' },
} as const;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

/** The columns of new verifications as those of a record set of JSON. */
export const RECORD_COLUMNS = raw(NAMES.map((name) => `${name} ${COLUMNS[name]}`).join(', '));

/**
 * A new verification by its columns.
 * @param open what the user can have only one of; null: it counts for nothing
 */
export function asRecord(row: NewVerification, open: string | null): Record<Column, unknown> {
  const { id, purpose, channel, country, locale, extension, challenge, createdAt } = row;
  return {
    ...{
      id,
      purpose,
      channel,
      country,
      locale,
      extension,
      challenge,
      tenant_id: row.tenantId,
      user_id: row.userId,
    },
    ...{ phone_type: row.phoneType, phone_number: row.phoneNumber, phone_hash: row.phoneHashes[0] ?? null },
    ...{ job_id: row.jobId, pause_before_s: row.pauseBeforeS, pause_after_s: row.pauseAfterS },
    ...{ challenge_digits: row.challengeDigits, code_seed: row.codeSeed, code_host: row.codeHost },
    ...{ without_app_password: row.withoutAppPassword, idempotency_key: row.idempotencyKey },
    ...{ request_hash: row.requestHash, created_at: createdAt, expires_at: row.expiresAt },
    ...{ policy_version: row.policyVersion, trace_parent: row.traceParent, line_number: row.lineNumber },
    ...{ open_number: open, events: [eventAt(createdAt, { type: 'queued' })] },
    ...{ sign_in: null, decoy: null, text_asked_at: null },
  };
}

/**
 * `v`: writes the row, if `admitted` does not refuse it.
 * @param open see `asRecord`
 * @param own what is taken from `admitted` instead of the row
 */
export function insertion(
  row: NewVerification,
  open: string | null,
  own: Partial<Record<Column, Sql>> = {},
): Sql {
  const values = asRecord(row, open);
  const given = (name: Column) =>
    COLUMNS[name] === 'jsonb' && values[name] !== null ? JSON.stringify(values[name]) : values[name];
  return insertionOf((name) => sql`${own[name] ?? sql`${given(name)}`}::${raw(COLUMNS[name])}`);
}

/** `v`: writes all rows of `admitted` that are not refused, which has their columns. */
export const INSERTION_OF_ADMITTED = insertionOf((name) => raw(`admitted.${name}`));

function insertionOf(valueFor: (name: Column) => Sql): Sql {
  return sql`v as (
      insert into verification (${raw(NAMES.join(', '))}, slot_at, wake_at, state)
      select ${join(NAMES.map(valueFor))}, place, coalesce(place, ${valueFor('created_at')}), 'queued'
      from admitted, date_trunc('milliseconds', admitted.slot_at) place where admitted.refused is null)`;
}
