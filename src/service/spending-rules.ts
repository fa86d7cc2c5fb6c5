import type { Config } from '../config.ts';
import type { DailyLimits, EstimatedPrice } from '../journey/ports.ts';
import type { Providers } from '../providers/port.ts';
import { loadPrices, type Prices } from '../providers/prices.ts';

/**
 * The limits of a day for the whole installation, and what calls and text messages cost.
 * @throws Error when the price table cannot be used
 */
export function spendingRules(
  { spending }: Pick<Config, 'spending'>,
  lines: Pick<Providers, 'linesFor'>,
): { ofAll: DailyLimits; price: EstimatedPrice } {
  return { ofAll: spending, price: priceOf(loadPrices(spending.pricesFile), lines) };
}

/** The price by the provider of the line that is preferred for a country. */
function priceOf(prices: Prices, { linesFor }: Pick<Providers, 'linesFor'>): EstimatedPrice {
  const from = (country: string) => ({ country, provider: linesFor(country)[0].provider });
  return {
    currency: prices.currency,
    perMinute: (country) => prices.perMinute(from(country)),
    perText: (country) => prices.perText(from(country)),
  };
}
