/** Who text messages come from, by country, as it stands in an environment. */
import { z } from 'zod';

/** A number (E.164), or a name, and its provider; `provider` null: the first provider. */
interface SenderConfig {
  number: string;
  provider: 'twilio' | 'signalwire' | null;
}

/** Senders by country (ISO 3166-1 alpha-2). Elsewhere texts come from the lines. */
export type SendersConfig = Readonly<Record<string, SenderConfig>>;

/** Twilio, alphanumeric sender: 1 to 11 letters, digits and spaces, and at least one letter. Countries compare the case. */
const SENDER =
  /^([A-Z]{2})=(?:(twilio|signalwire):)?(\+[1-9]\d{6,14}|(?=[^=]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9 ]{0,9}[A-Za-z0-9])?)$/;

/** Twilio, alphanumeric sender: not supported there. */
const WITHOUT_NAMES = ['US', 'CA'];

/** The variable. */
export const SENDER_VARIABLES = {
  TEXT_SENDERS: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((all) => all.filter((entry) => entry !== ''))
    .refine(
      (all) => all.length > 0 && all.every((entry) => SENDER.test(entry)),
      'must be entries such as SE=Contoso or NO=+4791234567, separated by commas; a name has 1 to 11 letters, digits and spaces, and at least one letter',
    )
    .optional(),
};

/** The senders that checked variables name. */
export function sendersOf(entries: readonly string[] = []): SendersConfig {
  return Object.fromEntries(entries.map(readEntry));
}

function readEntry(entry: string): [country: string, SenderConfig] {
  const [, country = '', provider = null, number = ''] = SENDER.exec(entry) ?? [];
  return [country, { number, provider: provider as SenderConfig['provider'] }];
}

/** What no sender may be: one sentence for each rule that is broken, without values. */
export function senderProblems(entries: readonly string[] = []): string[] {
  const read = entries.map(readEntry);
  const countries = read.map(([country]) => country);
  const isNamed = read.some(
    ([country, { number }]) => WITHOUT_NAMES.includes(country) && isSenderName(number),
  );
  return [
    ...(new Set(countries).size < countries.length
      ? ['TEXT_SENDERS must name each country once: a text has one sender']
      : []),
    ...(isNamed
      ? [`TEXT_SENDERS must have numbers for ${WITHOUT_NAMES.join(' and ')}, whose networks take no names`]
      : []),
  ];
}

/** Whether a sender is a name, which nobody can answer. */
function isSenderName(sender: string): boolean {
  return !sender.startsWith('+');
}
