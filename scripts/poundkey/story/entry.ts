import { hideNumbers } from '../../../src/ops/hide-data.ts';

/** Something that happened or, where the instant is in the future, will happen. */
export interface Entry {
  at: Date;
  source: 'state' | 'prompt' | 'call' | 'audit' | 'message';
  what: string;
  details: Readonly<Record<string, unknown>>;
}

/** An entry of which no text can be a phone number, whoever wrote it. Nothing and what is not known is left out. */
export function hideNumbersIn(entry: Entry): Entry {
  const known = Object.entries(entry.details).filter(([, value]) => value !== null && value !== undefined);
  const hidden = known.map(([name, value]) => [name, typeof value === 'string' ? hideNumbers(value) : value]);
  return { ...entry, details: Object.fromEntries(hidden) };
}
