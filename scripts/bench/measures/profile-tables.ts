/** Where the time of whole verifications went, with `--profile`. */
import type { Bench } from '../bench.ts';
import { profileTables } from '../profile.ts';
import { number, type Table } from '../table.ts';
import { profileOf, type Round } from './rounds.ts';

const SHOWN_OF_STATEMENT = 150;

/** The profile of each contender's first round and the statements that it had; none without `--profile`. */
export function profiles(bench: Bench, rounds: Map<string, Round[]>): Table[] {
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
