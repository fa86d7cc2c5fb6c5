/** Verifications by text message, from the request to the outcome webhook: the text is sent, and its code is typed at once. */
import type { Measure } from './measure.ts';
import { profiles } from './profile-tables.ts';
import { latencyTable, rateTable, workTable } from './round-tables.ts';
import { runRounds } from './rounds.ts';

/** The floor that sends texts, too. */
const KNOWING_TEXTS = ['poundkey', 'split', 'naive'];

/** `texts`. */
export const texts: Measure = {
  name: 'texts',
  about: 'the same by text message, against naive (4 rounds: about 12 min)',
  async run(bench) {
    const names = bench.options.contenders.filter((name) => KNOWING_TEXTS.includes(name));
    const rounds = await runRounds(bench, names, 'sms');
    const tables = [
      rateTable(rounds, 'texts-'),
      workTable(rounds, 'texts-'),
      latencyTable(rounds, 'texts-', 'code'),
      ...profiles(bench, rounds),
    ];
    return { tables, raw: Object.fromEntries(rounds) };
  },
};
