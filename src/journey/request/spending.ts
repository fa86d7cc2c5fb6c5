import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import { secondsUntil } from '../../platform/clock.ts';
import type { CallPrice, DailyLimits } from '../ports.ts';
import type { LimitOn } from './limits.ts';

/** What part of a limit of the day, in percent, raises an alarm. */
const ALARMS_AT = [50, 80];

/** Money is counted in thousandths, whole ones, rounded up: a minute may cost less than a hundredth. */
const THOUSANDTHS = 1000;

/** The limits of one day (UTC) on calls and on money. */
export interface SpendingRules {
  /** Those of the whole installation. */
  ofAll: DailyLimits;
  price: CallPrice;
}

/**
 * The limits of the day that a request is counted against: a call as 1, and money as the price of all started minutes
 * of the longest call that the policy allows. A second call after busy or no answer counts nothing more: the first one
 * cost nothing. Without a country the price is not known, and no money is counted.
 */
export function spendingLimits(
  { ofAll, price }: SpendingRules,
  request: { tenantId: string; country: string | null },
  { spending, callTimeLimitS }: Pick<TenantPolicy, 'spending' | 'callTimeLimitS'>,
  now: Date,
): LimitOn[] {
  const endsAt = endOfDay(now);
  const minutes = Math.ceil(callTimeLimitS / 60);
  const cost =
    request.country === null ? null : Math.ceil(price.perMinute(request.country) * minutes * THOUSANDTHS);
  const limits = (who: string, whose: string, { callsPerDay, moneyPerDay }: DailyLimits): LimitOn[] => {
    const limit = (of: 'calls' | 'money', most: number, amount: number, what: string): LimitOn => ({
      ...{ key: `day ${of} ${whose}`, name: `${who}.${of}`, most, amount, endsAt, alarmsAt: ALARMS_AT },
      error: (until, at) => limitReached(who, what, secondsUntil(until, at)),
    });
    return [
      ...(callsPerDay === null ? [] : [limit('calls', callsPerDay, 1, `${callsPerDay} calls`)]),
      ...(moneyPerDay === null || cost === null
        ? []
        : [limit('money', Math.round(moneyPerDay * THOUSANDTHS), cost, `${moneyPerDay} ${price.currency}`)]),
    ];
  };
  return [
    ...limits('tenant', `tenant ${request.tenantId}`, spending),
    ...limits('installation', 'installation', ofAll),
  ];
}

/** Midnight, UTC. */
function endOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** What the whole installation may spend is the operator's, and told no tenant. */
function limitReached(who: string, what: string, retryAfterS: number): ServiceError {
  const detail =
    who === 'tenant'
      ? `A day allows ${what}, and this request would go beyond. Wait until midnight UTC, or ask an administrator to change spending in the policy.`
      : 'The operator limits what all tenants together may spend in a day, and this request would go beyond. Wait until midnight UTC, or ask the operator.';
  return new ServiceError('spending.limitReached', detail, { retryAfterS });
}
