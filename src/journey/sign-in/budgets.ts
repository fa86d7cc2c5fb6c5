/** What sign-ins by number are counted against. */
import { hiddenBehind, readClientPlace } from '../../domain/client-address.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { calledFormOf } from '../../domain/sign-in-number.ts';
import { ServiceError } from '../../errors.ts';
import { DAY_MS, HOUR_MS, later, secondsUntil } from '../../platform/clock.ts';
import type { LimitOn } from '../request/limits.ts';
import { type SpendingRules, spendingLimits } from '../request/spending.ts';
import type { Counter } from '../store/admission.ts';

/** A request as far as it is counted. */
export interface CountedSignIn {
  tenantId: string;
  /** E.164, in any form. */
  e164: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Of the person, as the backend knows it. */
  clientAddress?: string | undefined;
  knownDevice: boolean;
}

type Policy = Pick<TenantPolicy, 'smsSignIn' | 'limits' | 'spending' | 'callTimeLimitS'>;

/** No proxy is in between: the backend says where its client is. */
const NOBODY_BETWEEN = hiddenBehind([]);

/**
 * Those who know a number only, and its user on a device that has signed in with it, have budgets of their own: strangers
 * cannot use up what its user has, here or anywhere else.
 * @param hash a keyed hash, for what must not stand in the registry
 */
export function createBudgets(deps: { hash: (text: string) => string; spending: SpendingRules }) {
  const named = (what: string, { tenantId, e164 }: Pick<CountedSignIn, 'tenantId' | 'e164'>) =>
    `signIn ${what} ${deps.hash(`sign-in ${tenantId} ${calledFormOf(e164)}`)}`;

  function ofNumber(signIn: CountedSignIn, { smsSignIn, limits }: Policy, now: Date): Counter[] {
    const { unknownDevices } = smsSignIn;
    if (!signIn.knownDevice)
      return [
        within(named('hour', signIn), 'textsPerHour', unknownDevices.textsPerHour, HOUR_MS, now),
        within(named('day', signIn), 'textsPerDay', unknownDevices.textsPerDay, DAY_MS, now),
      ];
    const { perUser, perNumber } = limits;
    return [
      within(named('user', signIn), 'perUser', perUser.count, perUser.windowS * 1000, now),
      within(named('number', signIn), 'perNumber', perNumber.count, perNumber.windowS * 1000, now),
    ];
  }

  /** Only the tenant says where its clients are, so what it says counts for nobody else. */
  function ofAddress(
    { tenantId, clientAddress, knownDevice }: CountedSignIn,
    policy: Policy,
    now: Date,
  ): Counter[] {
    const place = knownDevice ? null : readClientPlace(clientAddress, NOBODY_BETWEEN);
    const most = policy.smsSignIn.unknownDevices.textsPerAddressPerHour;
    return (place?.buckets ?? []).map(({ name, share }) =>
      within(
        `signIn address ${deps.hash(`address ${tenantId} ${name}`)}`,
        'textsPerAddressPerHour',
        share * most,
        HOUR_MS,
        now,
      ),
    );
  }

  return {
    /** Where there is no room, nobody gets a text, and nobody is told. */
    budgetsOf: (signIn: CountedSignIn, policy: Policy, now: Date): Counter[] => [
      ...ofNumber(signIn, policy, now),
      ...ofAddress(signIn, policy, now),
    ],

    /** What asking for the text again counts against. */
    ofResend: (signIn: CountedSignIn, policy: Policy, now: Date): Counter[] => ofNumber(signIn, policy, now),

    /** Where the tenant, or the installation, has no room, everybody is told. */
    limitsOf: tenantLimit,

    /** The same, of the day. */
    spendingOf: ({ tenantId, country }: CountedSignIn, policy: Policy, now: Date): LimitOn[] =>
      spendingLimits(deps.spending, { tenantId, country, channel: 'sms' }, policy, now),

    /** Wrong codes of sign-ins by a number. */
    wrongCodes(
      { knownDevice, ...signIn }: Omit<CountedSignIn, 'country'>,
      { smsSignIn }: Policy,
      now: Date,
    ): Counter {
      const key = named(knownDevice ? 'wrongOfUser' : 'wrong', signIn);
      return within(key, 'wrongCodesPerDay', smsSignIn.unknownDevices.wrongCodesPerDay, DAY_MS, now);
    },
  };
}

const within = (key: string, name: string, most: number, windowMs: number, now: Date): Counter => ({
  ...{ key, name, most, endsAt: later(now, windowMs).toISOString() },
});

function tenantLimit({ tenantId, knownDevice }: CountedSignIn, { limits }: Policy, now: Date): LimitOn[] {
  const { count, windowS } = limits.perTenant;
  return [
    {
      ...{ key: knownDevice ? `tenant ${tenantId}` : `signIn tenant ${tenantId}`, name: 'tenant' },
      ...{ most: count, amount: 1, endsAt: later(now, windowS * 1000) },
      error: (until, at) => tooMany(count, windowS, secondsUntil(until, at)),
    },
  ];
}

/** What sign-ins by number are counted against. */
export type Budgets = ReturnType<typeof createBudgets>;

function tooMany(count: number, windowS: number, retryAfterS: number): ServiceError {
  const detail = `The policy allows ${count} sign-ins by number in ${windowS} s for this tenant, and that many were requested. Wait, or ask an administrator to change the policy.`;
  return new ServiceError('limit.reached', detail, { retryAfterS });
}
