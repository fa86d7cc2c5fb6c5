import sql from 'sql-template-tag';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Counter } from '../store/admission.ts';

/**
 * What is counted: verifications of a user, to a phone (null: not known) and of a tenant. Behind one switchboard are
 * many phones: a number with an extension is counted by itself, and all extensions of the number together, too.
 */
export interface Counted extends User {
  phone: { e164: string; extension: string | null } | null;
}

/** What a policy says about how many calls there may be. */
type Limiting = Pick<TenantPolicy, 'limits' | 'redial'>;

/** One of the limits, and under which key it is counted. */
interface LimitOn {
  key: string;
  limit: TenantPolicy['limits'][keyof TenantPolicy['limits']];
  /** What an error calls it. */
  name: string;
}

/** What the operator limits, and no policy. */
const BY_OPERATOR = 'operator';

interface LimitDeps {
  run: RunStatement;
  clock: Clock;
  keyedHash: (text: string) => string;
  callsPerDay: number | null;
}

/** The limits that a request would break now, as the errors it would be refused with. Nothing is counted. */
export type ReachedLimits = (request: Counted, policy: Limiting) => Promise<ServiceError[]>;

/** Counting requests, over fixed windows. */
export type RequestLimits = ReturnType<typeof createLimits>;

/**
 * A number is counted under a keyed hash; with a new key its window begins anew.
 * @param deps.keyedHash a hash under a key outside the database: an unkeyed hash could be reversed by trying all numbers
 * @param deps.callsPerDay the operator's limit on the calls of a tenant in 24 h, whatever its policy says; null: none
 */
export function createLimits(deps: LimitDeps) {
  const reachedLimits: ReachedLimits = async (request, policy) => {
    const on = limitsOn(deps, request, policy);
    const now = deps.clock.now();
    const keys = JSON.stringify(on.map(({ key }) => key));
    const windows = await deps.run<{ key: string; windowEndsAt: Date; count: number }>(sql`
      select key, window_ends_at, count from rate_count
      where key in (select jsonb_array_elements_text(${keys}::jsonb)) and window_ends_at > ${now}`);
    return on.flatMap((each) => {
      const window = windows.find(({ key }) => key === each.key);
      return window && window.count >= each.limit.count ? [reached(each, window.windowEndsAt, now)] : [];
    });
  };
  return {
    reachedLimits,

    /** The counters of an admitted request. Rows that all requests share come last. */
    countersFor(request: Counted, policy: Limiting, now: Date): Counter[] {
      return limitsOn(deps, request, policy).map(({ key, limit, name }) => ({
        ...{ key, name, most: limit.count },
        endsAt: later(now, limit.windowS * 1000).toISOString(),
      }));
    },

    /** The error for a counter that has no room before `until`. */
    errorFor(
      request: Counted,
      policy: Limiting,
      full: { counter: string; until: Date },
      now: Date,
    ): ServiceError {
      const on = limitsOn(deps, request, policy).find(({ name }) => name === full.counter);
      if (!on) throw new Error(`nothing is counted as ${full.counter}`);
      return reached(on, full.until, now);
    },

    /** Removes counts whose window is over. Resolves to how many there were. */
    async forgetCounts(): Promise<number> {
      const rows = await deps.run(sql`
        delete from rate_count where window_ends_at <= ${deps.clock.now()} returning key`);
      return rows.length;
    },
  };
}

const toDial = ({ e164, extension }: NonNullable<Counted['phone']>) => `${e164}x${extension ?? ''}`;

/**
 * Without a number nothing is counted by number. A phone rings for whichever tenant calls it, so it is counted for all
 * of them together; each asks how many its own policy allows.
 */
function limitsOn(
  { keyedHash, callsPerDay }: Pick<LimitDeps, 'keyedHash' | 'callsPerDay'>,
  { tenantId, userId, phone }: Counted,
  { limits, redial }: Limiting,
): LimitOn[] {
  const counted = (what: string) => keyedHash(`limit ${what}`);
  return [
    { key: `user ${tenantId} ${userId}`, limit: limits.perUser, name: 'user' },
    ...(phone ? [{ key: `phone ${counted(toDial(phone))}`, limit: limits.perNumber, name: 'number' }] : []),
    ...(phone?.extension
      ? [{ key: `switchboard ${counted(phone.e164)}`, limit: limits.perSwitchboard, name: 'switchboard' }]
      : []),
    { key: `tenant ${tenantId}`, limit: limits.perTenant, name: 'tenant' },
    ...(callsPerDay === null
      ? []
      : [{ key: `day ${tenantId}`, limit: perDay(callsPerDay, redial), name: BY_OPERATOR }]),
  ];
}

/** A verification that may call again counts as the two calls that it may become. */
function perDay(callsPerDay: number, { onBusy, onNoAnswer }: Limiting['redial']): LimitOn['limit'] {
  const calls = onBusy || onNoAnswer ? 2 : 1;
  return { count: Math.max(1, Math.floor(callsPerDay / calls)), windowS: 86_400 };
}

function dayIsOver(count: number, retryAfterS: number): ServiceError {
  return new ServiceError(
    'limit.reached',
    `The operator allows ${count} verifications of this tenant in 24 hours, and that many were requested. Wait, or ask the operator for more.`,
    { retryAfterS },
  );
}

function reached({ limit, name }: LimitOn, windowEndsAt: Date, now: Date): ServiceError {
  if (name === BY_OPERATOR) return dayIsOver(limit.count, secondsUntil(windowEndsAt, now));
  return new ServiceError(
    'limit.reached',
    `The policy allows ${limit.count} verifications in ${limit.windowS} s for this ${name}, and that many were requested. Wait, or ask an administrator to change the policy.`,
    { retryAfterS: secondsUntil(windowEndsAt, now) },
  );
}
