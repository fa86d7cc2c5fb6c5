import sql, { raw, type Sql } from 'sql-template-tag';
import { formatLikeGraph } from '../domain/graph-number.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { signInFacts } from '../domain/signs-in.ts';
import type { User } from '../domain/user.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';

/** Everything that the registry holds about a user, as the tables have it; no hash, no sealed password, no digits. */
export interface UserExport {
  phoneMethods: Record<string, unknown>[];
  appPasswords: Record<string, unknown>[];
  /** The last one, also if it has ended; null: there was none. */
  block: Record<string, unknown> | null;
  profile: { locale: string | null; hasPin: boolean } | null;
  lockedChallenges: Record<string, unknown>[];
  verifications: Record<string, unknown>[];
  refusals: Record<string, unknown>[];
  auditEvents: Record<string, unknown>[];
}

/** Exports a user. */
export type ExportUser = ReturnType<typeof createExportUser>;

/** What the export needs from other features. */
interface ExportDeps {
  run: RunStatement;
  clock: Clock;
  /** The tenant's policy as it is now. */
  policyOf: (tenantId: string) => Promise<Pick<TenantPolicy, 'smsSignIn'>>;
  /** What follows from the facts about a phone. */
  smsSignInState: (phone: SignInFacts & { isAllowed: boolean }) => string;
}

interface SignInFacts {
  phoneType: PhoneType;
  isVerified: boolean;
  isInUse: boolean;
  signsIn: boolean;
}

type Phone = SignInFacts & { phoneNumber: string; extension: string | null };

/** One statement, so that all of it is of one moment. */
export function createExportUser({ run, clock, policyOf, smsSignInState }: ExportDeps) {
  return async (user: User): Promise<UserExport> => {
    const { smsSignIn } = await policyOf(user.tenantId);
    const [row] = await run<Omit<UserExport, 'phoneMethods'> & { phoneMethods: Phone[] }>(
      exporting(user, signInFacts(clock.now(), smsSignIn.unusedDays, 'own')),
    );
    if (!row) throw new Error('the statement that exports a user returns one row');
    const phoneMethods = row.phoneMethods.map(({ isVerified, isInUse, signsIn, ...phone }) => ({
      ...phone,
      phoneNumber: formatLikeGraph(phone.phoneNumber, phone.extension),
      smsSignInState: smsSignInState({
        ...{ phoneType: phone.phoneType, isVerified, isInUse, signsIn },
        isAllowed: smsSignIn.allowed,
      }),
    }));
    return { ...row, phoneMethods };
  };
}

/** An instant as JSON has it, whatever the time zone of the connection. */
const at = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** Fields of a JSON object: each column under its name in camelCase. */
const fields = (alias: string, columns: string[], instants: string[]) =>
  [
    ...columns.map((column) => `'${toCamelCase(column)}', ${alias}.${column}`),
    ...instants.map((column) => `'${toCamelCase(column)}', ${at(`${alias}.${column}`)}`),
  ].join(', ');
const toCamelCase = (column: string) =>
  column.replaceAll(/_(.)/g, (_match, letter: string) => letter.toUpperCase());

/** A list of objects, in this order. */
const list = (object: string, order: string) =>
  `coalesce(jsonb_agg(jsonb_build_object(${object}) order by ${order}), '[]')`;

/** With what the state of a phone as user name follows from. */
const PHONES = list(
  `'isVerified', m.verified_at is not null, 'signsIn', m.signs_in, 'isInUse', m.is_in_use, ${fields(
    'm',
    ['id', 'phone_type', 'phone_number', 'extension', 'is_default', 'verification_id'],
    [
      ...['verified_at', 'created_at', 'updated_at'],
      ...['sign_in_enabled_at', 'sign_in_used_at', 'sign_in_contested_at'],
    ],
  )}`,
  'm.created_at, m.id',
);
const PASSWORDS = list(
  fields('p', ['id', 'name', 'verification_id'], ['created_at', 'revoked_at']),
  'p.created_at, p.id',
);
const BLOCK = `jsonb_build_object(${fields('b', ['reason'], ['created_at', 'expires_at'])})`;
const PROFILE = `jsonb_build_object('locale', u.locale, 'hasPin', u.pin_hash is not null)`;
const LOCKED = list(fields('c', ['challenge', 'failures'], ['locked_until']), 'c.challenge');
const VERIFICATIONS = list(
  fields(
    'v',
    [
      ...[
        'id',
        'purpose',
        'channel',
        'phone_type',
        'phone_number',
        'extension',
        'country',
        'locale',
        'challenge',
      ],
      ...['state', 'outcome', 'error_code', 'attempts', 'events'],
    ],
    ['created_at', 'decided_at', 'finished_at'],
  ),
  'v.created_at, v.id',
);
const REFUSALS = list(fields('r', ['code', 'detail', 'count'], ['minute', 'last_at']), 'r.minute, r.code');
const AUDIT = list(
  `'type', a.type, 'verificationId', a.verification_id, 'data', a.data, 'at', ${at('a.at')}`,
  'a.at, a.id',
);

function exporting({ tenantId, userId }: User, phoneFacts: Sql) {
  const ofUser = (alias: string) =>
    sql`${raw(alias)}.tenant_id = ${tenantId} and ${raw(alias)}.user_id = ${userId}`;
  return sql`select
    (select ${raw(PHONES)} from (
      select own.*, ${phoneFacts} from phone_method own where ${ofUser('own')}) m) as phone_methods,
    (select ${raw(PASSWORDS)} from app_password p where ${ofUser('p')}) as app_passwords,
    (select ${raw(BLOCK)} from user_block b where ${ofUser('b')}) as block,
    (select ${raw(PROFILE)} from user_profile u where ${ofUser('u')}) as profile,
    (select ${raw(LOCKED)} from challenge_failure c where ${ofUser('c')}) as locked_challenges,
    (select ${raw(VERIFICATIONS)} from verification v where ${ofUser('v')}) as verifications,
    (select ${raw(REFUSALS)} from refusal r where ${ofUser('r')}) as refusals,
    (select ${raw(AUDIT)} from (
      select e.* from audit_event e where ${ofUser('e')} and e.verification_id is null
      union all
      select e.* from verification v join audit_event e on e.verification_id = v.id where ${ofUser('v')}) a) as audit_events`;
}
