import type { Config } from '../config.ts';
import type { CallPrice, DailyLimits } from '../journey/ports.ts';
import type { Providers } from '../providers/port.ts';
import { loadPrices, type Prices } from '../providers/prices.ts';

/**
 * The limits of a day for the whole installation, and what calls cost.
 * @throws Error when the price table cannot be used
 */
export function spendingRules(
  { spending }: Pick<Config, 'spending'>,
  lines: Pick<Providers, 'linesFor'>,
): { ofAll: DailyLimits; price: CallPrice } {
  return { ofAll: spending, price: priceOf(loadPrices(spending.pricesFile), lines) };
}

/** The price of a call by the provider of the line that is preferred for its country. */
function priceOf(prices: Prices, { linesFor }: Pick<Providers, 'linesFor'>): CallPrice {
  return {
    currency: prices.currency,
    perMinute: (country) => prices.perMinute({ country, provider: linesFor(country)[0].provider }),
  };
}
