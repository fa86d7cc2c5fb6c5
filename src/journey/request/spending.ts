import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import { secondsUntil } from '../../platform/clock.ts';
import type { DailyLimits, EstimatedPrice } from '../ports.ts';
import type { Channel } from '../states.ts';
import type { LimitOn } from './limits.ts';

/** What part of a daily limit, in percent, raises an alarm. */
const ALARMS_AT = [50, 80];

/** Money is counted in thousandths, whole ones, rounded up: a minute may cost less than a hundredth. */
const THOUSANDTHS = 1000;

/** The limits of one day (UTC) on calls, on text messages and on money. */
export interface SpendingRules {
  /** Those of the whole installation. */
  ofAll: DailyLimits;
  price: EstimatedPrice;
}

/**
 * The daily limits that a request is counted against: a call or a text as 1, and money as the price of the text, or of all
 * started minutes of the longest call that the policy allows. A second call after busy or no answer counts nothing more: the first one
 * cost nothing. Without a country the price is not known, and no money is counted.
 */
export function spendingLimits(
  { ofAll, price }: SpendingRules,
  request: { tenantId: string; country: string | null; channel: Channel },
  { spending, callTimeLimitS }: Pick<TenantPolicy, 'spending' | 'callTimeLimitS'>,
  now: Date,
): LimitOn[] {
  const endsAt = endOfDay(now);
  const { country, channel } = request;
  const isText = channel === 'sms';
  const minutes = Math.ceil(callTimeLimitS / 60);
  const priceTo = (to: string) => (isText ? price.perText(to) : price.perMinute(to) * minutes);
  const cost = country === null ? null : Math.ceil(priceTo(country) * THOUSANDTHS);
  const limits = (who: string, whose: string, ofDay: DailyLimits): LimitOn[] => {
    const { moneyPerDay } = ofDay;
    const most = isText ? ofDay.textsPerDay : ofDay.callsPerDay;
    const limit = (of: 'calls' | 'texts' | 'money', most: number, amount: number, what: string): LimitOn => ({
      ...{ key: `day ${of} ${whose}`, name: `${who}.${of}`, most, amount, endsAt, alarmsAt: ALARMS_AT },
      error: (until, at) => limitReached(who, what, secondsUntil(until, at)),
    });
    return [
      ...(most === null
        ? []
        : [
            isText
              ? limit('texts', most, 1, `${most} text messages`)
              : limit('calls', most, 1, `${most} calls`),
          ]),
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
