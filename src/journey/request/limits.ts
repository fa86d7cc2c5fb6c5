import sql from 'sql-template-tag';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { User } from '../../domain/user.ts';
import { ServiceError } from '../../errors.ts';
import { type Clock, later, secondsUntil } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Channel, RowPurpose } from '../states.ts';
import type { Counter } from '../store/admission.ts';
import { forgetUnwanted } from '../store/unwanted-calls.ts';
import { suppressed } from './checks.ts';
import { countedPhone } from './counted-phone.ts';
import { type SpendingRules, spendingLimits } from './spending.ts';
import { textsTo } from './texts-to.ts';
import {
  heldUntil,
  isUnentered,
  subjectOf,
  type TextTo,
  unenteredKeys,
  unenteredLimits,
} from './unentered-codes.ts';
import { type CodeOf, wrongCodesOf } from './wrong-codes.ts';

/**
 * What is counted: verifications of a user, to a phone (null: not known) and of a tenant. Behind one switchboard are
 * many phones: a number with an extension is counted by itself, and all extensions of the number together, too.
 */
export interface Counted extends User {
  purpose: RowPurpose;
  channel: Channel;
  phone: (Dialed & { country: string }) | null;
}

/** What is dialed: E.164, and the extension behind it. */
export interface Dialed {
  e164: string;
  extension: string | null;
}

/** How many counts that are over one sweep removes. */
const REMOVED_AT_ONCE = 50_000;

type Limits = Pick<
  TenantPolicy,
  'limits' | 'spending' | 'callTimeLimitS' | 'patienceS' | 'expiresAfterS' | 'textMessage'
>;

/** One of the limits, and under which key it is counted. */
export interface LimitOn {
  key: string;
  /** What the counter is called. */
  name: string;
  most: number;
  /** What one request adds. */
  amount: number;
  /** The end of a window that begins now. */
  endsAt: Date;
  /** The percentages at which the operator is told. */
  alarmsAt?: readonly number[];
  /** The error of a request for which there is no room before `until`. */
  error: (until: Date, now: Date) => ServiceError;
}

/** The limits that a request would break now, as the errors it would be refused with. Nothing is counted. */
export type ReachedLimits = (request: Counted, policy: Limits) => Promise<ServiceError[]>;

/** Counting requests, over fixed windows. */
export type RequestLimits = ReturnType<typeof createLimits>;

/**
 * A number is counted under a keyed hash; with a new key its window begins anew.
 * @param deps.phoneHashes `<key id>.<hash>` under each key, all of them outside the database and the current one first: an
 *   unkeyed hash could be reversed by trying all numbers
 */
export function createLimits(deps: {
  run: RunStatement;
  clock: Clock;
  phoneHashes: (text: string) => string[];
  spending: SpendingRules;
}) {
  const ofDay: LimitsFor = ({ tenantId, channel, phone }, policy, now) =>
    spendingLimits(deps.spending, { tenantId, channel, country: phone?.country ?? null }, policy, now);
  const limitsFor: LimitsFor = (request, policy, now) => [
    ...limitsOn(deps.phoneHashes, request, policy, now),
    ...ofDay(request, policy, now),
  ];
  const hashesOf = (phone: Dialed) => [
    ...hashesOfPhone(deps.phoneHashes, phone),
    ...(phone.extension === null ? [] : hashesOfPhone(deps.phoneHashes, { ...phone, extension: null })),
  ];

  return {
    reachedLimits: createReachedLimits({ ...deps, limitsFor, hashesOf }),
    /**
     * The phone as it is known in counters and lists, hashed under each key, the current one first; behind an extension
     * then its number: where that stopped calls, no extension is called.
     */
    hashesOf,

    /** The counters of an admitted request. Rows that all requests share come last. */
    countersFor(request: Counted, policy: Limits, now: Date): Counter[] {
      return limitsFor(request, policy, now).map(toCounter);
    },

    /** The counters of a call that takes the place of a text: its verification has been counted. */
    callCounters: (text: Counted, policy: Limits, now: Date): Counter[] =>
      ofDay({ ...text, channel: 'call' }, policy, now).map(toCounter),

    /** The counters of what no request of a user asks for, but costs as much. */
    dayCounters: (...asked: Parameters<LimitsFor>): Counter[] => ofDay(...asked).map(toCounter),

    /** The counters of a text that is sent again: its verification has been counted, but it costs as much as the first. */
    againCounters: (text: Counted, policy: Limits, now: Date): Counter[] =>
      [...textLimits(deps.phoneHashes, text, policy, now), ...ofDay(text, policy, now)].map(toCounter),

    /** The error for a counter that has no room before `until`. */
    errorFor(
      request: Counted,
      policy: Limits,
      full: { counter: string; until: Date },
      now: Date,
    ): ServiceError {
      const on = limitsFor(request, policy, now).find(({ name }) => name === full.counter);
      if (!on) throw new Error(`nothing is counted as ${full.counter}`);
      return on.error(full.until, now);
    },

    /** The counter of wrong codes of a verification by text. */
    wrongCodes: (verification: CodeOf, now: Date): Counter =>
      wrongCodesOf(deps.phoneHashes, verification, now),

    /** The counters of texts that a code which was entered makes up for. */
    unenteredKeys: (of: TextTo): string[] => unenteredKeys(deps.phoneHashes, of),

    hold: createHold(deps.run, limitsFor),

    /** The error for a phone that must not be called before a while has passed. @param chance when it may be again */
    tooSoon: (chance: Date) => tooSoon(chance, deps.clock.now()),

    /** Removes counts whose window is over, and unwanted calls of long ago. */
    async forgetCounts(): Promise<void> {
      const now = deps.clock.now();
      // A counter may begin a new window meanwhile. Those in use are left out: they are counted in another order than rows lie in.
      await deps.run(sql`
        delete from rate_count where window_ends_at <= ${now} and ctid = any(array(
          select ctid from rate_count where window_ends_at <= ${now} limit ${REMOVED_AT_ONCE} for update skip locked))`);
      await forgetUnwanted(deps.run, now);
    },
  };
}

type LimitsFor = (request: Counted, policy: Limits, now: Date) => LimitOn[];

/**
 * Sends no more texts for a while where a request reached a counter (by its name) of codes that nobody enters.
 * @returns what the operator is told of the numbers; null: it is another counter
 */
function createHold(run: RunStatement, limitsFor: LimitsFor) {
  return async (name: string, request: Counted, policy: Limits, now: Date): Promise<string | null> => {
    const on = limitsFor(request, policy, now).find((limit) => limit.name === name);
    if (!on || !isUnentered(name) || request.phone === null) return null;
    await run(sql`
      update rate_count set window_ends_at = ${heldUntil(now)} where key = ${on.key} and count >= ${on.most}::int`);
    return subjectOf(name, request.phone);
  };
}

/** A limit as the statement that admits a request counts it. */
export function toCounter({ error: _, endsAt, ...counter }: LimitOn): Counter {
  return { ...counter, endsAt: endsAt.toISOString() };
}

/** Reads which limits a request would break. */
function createReachedLimits(deps: {
  run: RunStatement;
  clock: Clock;
  limitsFor: LimitsFor;
  hashesOf: (phone: Dialed) => string[];
}): ReachedLimits {
  return async (request, policy) => {
    const now = deps.clock.now();
    const on = deps.limitsFor(request, policy, now);
    const keys = JSON.stringify(on.map(({ key }) => key));
    const phones = JSON.stringify(request.phone ? deps.hashesOf(request.phone) : []);
    const furthest = later(now, patienceMs(policy));
    const windows = await deps.run<{ key: string; windowEndsAt: Date; count: number }>(sql`
      select key, window_ends_at, count from rate_count
      where key in (select jsonb_array_elements_text(${keys}::jsonb)) and window_ends_at > ${now}
      union all
      select 'suppressed', created_at, 0 from suppressed_number where ${request.purpose} <> 'signIn'
        and phone_hash in (select jsonb_array_elements_text(${phones}::jsonb))
      union all
      select 'paused', until, 0 from phone_paused_until(${phones}::jsonb->>0, ${request.purpose}) until where until > ${furthest}`);
    const isSuppressed = windows.some(({ key }) => key === 'suppressed');
    const paused = windows.find(({ key }) => key === 'paused');
    const reached = on.flatMap(({ key, amount, most, endsAt, error }) => {
      const { count, windowEndsAt } = windows.find((each) => each.key === key) ?? {
        count: 0,
        windowEndsAt: endsAt,
      };
      return count + amount > most ? [error(windowEndsAt, now)] : [];
    });
    return [
      ...(isSuppressed ? [suppressed()] : []),
      ...(paused ? [tooSoon(later(paused.windowEndsAt, -patienceMs(policy)), now)] : []),
      ...reached,
    ];
  };
}

function tooSoon(chance: Date, now: Date): ServiceError {
  return new ServiceError(
    'limit.reached',
    'Calls or text messages to this number were not approved, one after the other, so that the next one has to wait. Send the request again after the time in Retry-After.',
    { retryAfterS: secondsUntil(chance, now) },
  );
}

/** The furthest that a call may lie in the future when it is requested, ms. */
export function patienceMs({
  patienceS,
  expiresAfterS,
}: Pick<TenantPolicy, 'patienceS' | 'expiresAfterS'>): number {
  return Math.min(patienceS, expiresAfterS) * 1000;
}

const toDial = ({ e164, extension }: Dialed) => `${e164}x${extension ?? ''}`;

/** What a phone is known by in lists, by the hash of each key, the current one first. */
export function hashesOfPhone(phoneHashes: (text: string) => string[], phone: Dialed): string[] {
  return phoneHashes(`phone ${toDial(phone)}`);
}

/**
 * Without a number nothing is counted by number. A phone rings for whichever tenant calls it, so it is counted for all
 * of them together; each asks how many its own policy allows, in windows of the same length. Who signs in with their own
 * phone is counted apart: a stranger must not be able to use up the limit.
 */
function limitsOn(
  phoneHashes: (text: string) => string[],
  request: Counted,
  policy: Limits,
  now: Date,
): LimitOn[] {
  const { tenantId, userId, purpose, phone } = request;
  const { limits } = policy;
  const counted = (what: string) => phoneHashes(`limit ${what}`)[0];
  const phoneKey = (dialed: Dialed) => {
    const kind = purpose === 'signIn' ? 'signIn' : `phone ${limits.perNumber.windowS}`;
    return `${kind} ${counted(countedPhone({ tenantId, userId, purpose }, toDial(dialed)))}`;
  };
  const on = (
    key: string,
    { count, windowS }: { count: number; windowS: number },
    name: string,
  ): LimitOn => ({
    ...{ key, name, most: count, amount: 1, endsAt: later(now, windowS * 1000) },
    error: (until, at) =>
      new ServiceError(
        'limit.reached',
        `The policy allows ${count} verifications in ${windowS} s for this ${name}, and that many were requested. Wait, or ask an administrator to change the policy.`,
        { retryAfterS: secondsUntil(until, at) },
      ),
  });
  return [
    on(`user ${tenantId} ${userId}`, limits.perUser, 'user'),
    ...(phone ? [on(phoneKey(phone), limits.perNumber, 'number')] : []),
    ...textLimits(phoneHashes, request, policy, now),
    ...(phone?.extension
      ? [
          on(
            `switchboard ${limits.perSwitchboard.windowS} ${counted(phone.e164)}`,
            limits.perSwitchboard,
            'switchboard',
          ),
        ]
      : []),
    on(`tenant ${tenantId}`, limits.perTenant, 'tenant'),
  ];
}

/** Every text counts for these, also one that is sent again; empty for a call. */
function textLimits(
  phoneHashes: (text: string) => string[],
  { tenantId, userId, purpose, channel, phone }: Counted,
  policy: Limits,
  now: Date,
): LimitOn[] {
  if (channel === 'call' || phone === null) return [];
  return [
    textsTo(phoneHashes, { tenantId, userId, purpose, phoneNumber: phone.e164 }, now),
    ...unenteredLimits(phoneHashes, { tenantId, purpose, phone }, policy, now),
  ];
}
