import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fieldProblems, parseOptions } from '../platform/http/field-problems.ts';

/** The price table that Poundkey comes with; its prices are invented. */
const OWN_TABLE = new URL('./prices.json', import.meta.url);

const price = z.number().min(0).max(100);
const byProvider = z.partialRecord(z.enum(['default', 'twilio', 'signalwire', 'simulator']), price);

const byCountry = z
  .record(z.string().regex(/^(default|[A-Z]{2})$/), byProvider)
  .refine(
    ({ default: row }) => row?.default !== undefined,
    'This must have a default row with a default price, so that every call and text message has one.',
  );

const PriceTable = z.strictObject({
  note: z.string().optional(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'This must be a currency code of ISO 4217, such as EUR.'),
  perMinute: byCountry,
  // A table from before there were texts has none: a text then costs as much as a minute.
  perText: byCountry.optional(),
});

/** What calls and text messages cost, as far as is known before they are placed and sent. */
export interface Prices {
  /** ISO 4217. */
  currency: string;
  /**
   * The price of one started minute.
   * @param call.country ISO 3166-1 alpha-2
   * @param call.provider the name of a provider
   */
  perMinute(call: { country: string; provider: string }): number;
  /** The price of one text message, likewise. */
  perText(text: { country: string; provider: string }): number;
}

/**
 * Reads a price table.
 * @param file its path; null: the table that Poundkey comes with
 * @throws Error naming the file and every wrong field
 */
function loadPrices(file: string | null): Prices {
  const { currency, perMinute, perText = perMinute } = read(file ?? OWN_TABLE);
  return { currency, perMinute: priceIn(perMinute), perText: priceIn(perText) };
}

/**
 * What calls and text messages to a country cost by the provider that is preferred for it.
 * @param file as for `loadPrices`
 * @throws Error as `loadPrices` does
 */
export function pricesByCountry(file: string | null, { linesFor, senderFor }: Routes) {
  const prices = loadPrices(file);
  return {
    currency: prices.currency,
    /** @param country ISO 3166-1 alpha-2 */
    perMinute: (country: string) => prices.perMinute({ country, provider: linesFor(country)[0].provider }),
    perText: (country: string) => prices.perText({ country, provider: senderFor(country).provider }),
  };
}

/** Which line calls a country, the preferred one first, and who texts to it come from. */
interface Routes {
  linesFor: (country: string) => readonly [{ provider: string }, ...unknown[]];
  senderFor: (country: string) => { provider: string };
}

function priceIn(table: z.infer<typeof byCountry>): Prices['perMinute'] {
  const rows = new Map(Object.entries(table).map(([country, row]) => [country, pricesIn(row)]));
  const byDefault = rows.get('default')?.get('default') ?? 0;
  return ({ country, provider }) => {
    const row = rows.get(country) ?? rows.get('default');
    return row?.get(provider) ?? row?.get('default') ?? byDefault;
  };
}

type Row = z.infer<typeof PriceTable>['perMinute'][string];

function pricesIn(row: Row): Map<string, number> {
  return new Map(Object.entries(row));
}

function read(file: string | URL): z.infer<typeof PriceTable> {
  const { data, error } = PriceTable.safeParse(documentIn(file), parseOptions);
  if (data) return data;
  const faults = fieldProblems(error, PriceTable).map(({ field, rule }) => `${field || 'the file'}: ${rule}`);
  throw new Error(
    `The price table ${String(file)} cannot be used. Correct these fields. ${faults.join(' ')}`,
  );
}

function documentIn(file: string | URL): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new Error(
      `The price table ${String(file)} cannot be used: ${reason}. Set PRICES_FILE to a file in the form of src/providers/prices.json.`,
    );
  }
}
