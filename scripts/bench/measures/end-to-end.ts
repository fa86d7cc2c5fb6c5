/** Verifications by call, from the request to the outcome webhook, so many in flight, all contenders in turn. */
import type { Measure } from './measure.ts';
import { profiles } from './profile-tables.ts';
import { latencyTable, rateTable, workTable } from './round-tables.ts';
import { runRounds } from './rounds.ts';

/** `end-to-end`. */
export const endToEnd: Measure = {
  name: 'end-to-end',
  about: 'throughput, CPU, statements and latencies of whole verifications (4 rounds: about 15 min)',
  async run(bench) {
    const rounds = await runRounds(bench, bench.options.contenders, 'call');
    const tables = [rateTable(rounds), workTable(rounds), latencyTable(rounds), ...profiles(bench, rounds)];
    return { tables, raw: Object.fromEntries(rounds) };
  },
};
