import sql from 'sql-template-tag';
import { signsIn } from '../../domain/signs-in.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { takenConstraint } from '../../platform/database/taken-constraint.ts';
import type { SignInAsked } from '../../registry/sign-in-schema.ts';
import type { Counter, CrossedAlarm, WishForSlot } from './admission.ts';
import { interval } from './dial-slots.ts';
import { insertion, type NewVerification } from './insertion.ts';

/** What is known of a number as user name. All but `wrongCodes` and `signsIn` is null where it is nobody's. */
export interface FoundSigner {
  phoneMethodId: string | null;
  userId: string | null;
  /** E.164, as the user registered it: the other form of the number that was asked for, perhaps. */
  phoneNumber: string | null;
  signInEnabledAt: Date | null;
  /** The language that the user wants. */
  locale: string | null;
  /** Whether it is a user name, and no one that was unused for too long. */
  signsIn: boolean;
  isBlocked: boolean;
  isLocked: boolean;
  /** How many wrong codes count today for those who know the number only. */
  wrongCodes: number;
}

/** What became of a request: admitted, as a decoy for this reason or not, refused as any other would be, or made before. */
export type SignInAdmission =
  | { kind: 'admitted'; decoy: string | null; wakeAt: Date; crossed: CrossedAlarm[] }
  | { kind: 'line'; until: Date }
  | { kind: 'repeated' }
  | { kind: 'full'; counter: string; until: Date };

/** Whose sign-in it is, and what it is counted against. */
export interface SignInToAdmit {
  row: NewVerification;
  asked: SignInAsked;
  /** The user, and the number as registered; null: nobody's. */
  owner: { userId: string; phoneNumber: string } | null;
  /** Why it is a decoy whatever room there is; null: it is none. */
  because: string | null;
  /** Without room in one of these it is a decoy. */
  budgets: Counter[];
  /** Without room in one of these it is refused. */
  limits: Counter[];
  /** The same; a decoy takes nothing of them. */
  spending: Counter[];
  slot: WishForSlot;
}

/** Statements on sign-ins by number: the same ones whatever is known of a number. */
export type SignInStore = ReturnType<typeof createSignInStore>;

/** @param run runs a statement on the registry */
export function createSignInStore(run: RunStatement) {
  return {
    /** What is known of a number (E.164, any form of it). Always one row. */
    async find(
      wanted: { tenantId: string; e164: string; wrongCodesKey: string },
      unusedDays: number | null,
      now: Date,
    ): Promise<FoundSigner> {
      const { tenantId, e164, wrongCodesKey } = wanted;
      const [found] = await run<FoundSigner>(sql`
        select m.id as phone_method_id, m.user_id, m.phone_number, m.sign_in_enabled_at, p.locale,
          coalesce(${signsIn(now, unusedDays)}, false) as signs_in, b.user_id is not null as is_blocked,
          f.user_id is not null as is_locked, coalesce(w.count, 0)::int as wrong_codes
        from (select) one
          left join phone_method m on m.tenant_id = ${tenantId} and m.sign_in_enabled_at is not null
            and sign_in_key(m.phone_number) = sign_in_key(${e164})
          left join user_profile p on p.tenant_id = m.tenant_id and p.user_id = m.user_id
          left join user_block b on b.tenant_id = m.tenant_id and b.user_id = m.user_id
            and (b.expires_at is null or b.expires_at > ${now})
          left join challenge_failure f on f.tenant_id = m.tenant_id and f.user_id = m.user_id
            and f.challenge = 'code' and f.locked_until > ${now}
          left join rate_count w on w.key = ${wrongCodesKey} and w.window_ends_at > ${now}`);
      if (!found) throw new Error('looking up a number gave no row');
      return found;
    },

    /** Writes it as `queued` if it may be: counted, with its place on the line, in one statement. */
    async admit(wanted: SignInToAdmit): Promise<SignInAdmission> {
      const [answer] = await run<Row>(admission(wanted)).catch(repeated);
      if (answer === 'repeated') return { kind: answer };
      if (!answer) throw new Error('admitting a sign-in gave no row; the function admit_sign_in was changed');
      const { refused, until, decoy, slotAt, crossed } = answer;
      if (refused === null)
        return { kind: 'admitted', decoy, wakeAt: slotAt ?? wanted.row.createdAt, crossed };
      if (until === null) throw new Error(`a sign-in was refused by ${refused} for no time`);
      return refused === 'line' ? { kind: 'line', until } : { kind: 'full', counter: refused, until };
    },
  };
}

/** The index let the other one through. Nothing was counted. */
function repeated(error: unknown): ['repeated'] {
  if (takenConstraint(error) !== 'verification_idempotency_key') throw error;
  return ['repeated'];
}

interface Row {
  refused: string | null;
  until: Date | null;
  decoy: string | null;
  slotAt: Date | null;
  crossed: CrossedAlarm[];
}

/** A decoy is nobody's, so that nothing of a user counts or ends it. */
function admission({ row, asked, owner, because, budgets, limits, spending, slot }: SignInToAdmit) {
  const { intervalMs, furthest } = slot;
  const [userId, phoneNumber] = [owner?.userId ?? '', owner?.phoneNumber ?? row.phoneNumber];
  return sql`
    with admitted as materialized (
      select * from admit_sign_in(${row.tenantId}, ${JSON.stringify(budgets)}::jsonb, ${JSON.stringify(limits)}::jsonb,
        ${JSON.stringify(spending)}::jsonb, ${row.lineNumber}, ${interval(intervalMs)}, ${furthest}, ${row.createdAt},
        ${because})),
    ${insertion(row, row.id, {
      user_id: sql`case when admitted.decoy is null then ${userId}::text else '' end`,
      phone_number: sql`case when admitted.decoy is null then ${phoneNumber}::text else ${row.phoneNumber}::text end`,
      sign_in: sql`${JSON.stringify(asked)}`,
      decoy: sql`admitted.decoy`,
      text_asked_at: sql`${row.createdAt}`,
    })}
    select refused, until, decoy, date_trunc('milliseconds', slot_at) as "slotAt", crossed from admitted`;
}
