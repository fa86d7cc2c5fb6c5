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
  routes: Pick<Providers, 'linesFor' | 'senderFor'>,
): { ofAll: DailyLimits; price: EstimatedPrice } {
  return { ofAll: spending, price: priceOf(loadPrices(spending.pricesFile), routes) };
}

/** The price by the provider of the line, or the sender of texts, that is preferred for a country. */
function priceOf(
  prices: Prices,
  { linesFor, senderFor }: Pick<Providers, 'linesFor' | 'senderFor'>,
): EstimatedPrice {
  return {
    currency: prices.currency,
    perMinute: (country) => prices.perMinute({ country, provider: linesFor(country)[0].provider }),
    perText: (country) => prices.perText({ country, provider: senderFor(country).provider }),
  };
}
