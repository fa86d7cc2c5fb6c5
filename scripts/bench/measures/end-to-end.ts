/** Verifications by call, from the request to the outcome webhook, so many in flight, all contenders in turn. */
import type { Bench } from '../bench.ts';
import { profileTables } from '../profile.ts';
import { number, type Table } from '../table.ts';
import type { Measure } from './measure.ts';
import { latencyTable, rateTable, workTable } from './round-tables.ts';
import { profileOf, type Round, runRounds } from './rounds.ts';

const SHOWN_OF_STATEMENT = 150;

/** `end-to-end`. */
export const endToEnd: Measure = {
  name: 'end-to-end',
  about: 'throughput, CPU, statements and latencies of whole verifications (4 rounds: about 7 min)',
  async run(bench) {
    const rounds = await runRounds(bench, bench.options.contenders, 'call');
    const tables = [rateTable(rounds), workTable(rounds), latencyTable(rounds), ...profiles(bench, rounds)];
    return { tables, raw: Object.fromEntries(rounds) };
  },
};

function profiles(bench: Bench, rounds: Map<string, Round[]>): Table[] {
  return [...rounds].flatMap(([name, [first]]) => {
    const directory = profileOf(bench, name, 0);
    return directory && first
      ? [...profileTables(name, directory, first.window), statementTable(name, first)]
      : [];
  });
}

/** What PostgreSQL executed, with what functions and triggers ran inside. */
function statementTable(name: string, { statements, verifications }: Round): Table {
  const rows = statements
    .filter(({ calls }) => calls >= verifications / 20)
    .map(({ query, calls, meanMs, walBytes, isTopLevel }) => [
      number(calls / verifications, 2),
      number((calls * meanMs) / verifications, 2),
      number(walBytes / verifications),
      `${isTopLevel ? '' : '  inside: '}${query.replace(/\s+/g, ' ').slice(0, SHOWN_OF_STATEMENT)}`,
    ]);
  const columns = ['calls each', 'ms each', 'WAL bytes each', 'statement'];
  const title = `Statements of ${name}, executing and waiting for locks included`;
  return { id: 'profile-statements', title, columns, rows, isPrintedOnly: true };
}
