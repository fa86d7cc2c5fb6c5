import { readFileSync } from 'node:fs';

/** What a command says, for people and, the same, for programs (`--json`). */
export interface Answer {
  text: string;
  /** Null: everything was printed already, in the same form for both. */
  data: unknown;
  /** The answer reports something that must be repaired; the exit code is 1. */
  isAlarming?: boolean;
}

/**
 * One command. `usage` names its words, then its options: `block TENANT USER --reason TEXT [--for SECONDS]`. What stands in
 * brackets may be left out.
 * `run` gets as many words, and those options that were given.
 */
export interface Command<Tools> {
  usage: string;
  what: string;
  /** Makes an embedded store where there is none yet. For the others a missing one is a mistyped directory. */
  mayCreateStore?: boolean;
  run(tools: Tools, words: string[], options: Readonly<Record<string, string>>): Promise<Answer>;
}

/** What was found out about one thing that Poundkey needs. `skipped`: there is nothing to ask, or no way to. */
export interface Finding {
  name: string;
  status: 'ok' | 'failed' | 'skipped';
  says: string;
}

/** Looks at everything that Poundkey needs. Never throws. */
export type CheckSetUp = () => Promise<Finding[]>;

/** A command about the set-up itself, which has to answer whatever cannot be opened. `look` gets those options that were given. */
export interface SetUpCommand {
  usage: string;
  what: string;
  look(checkSetUp: CheckSetUp, options: Readonly<Record<string, string>>): Promise<Answer>;
}

/** The command line is wrong; the message says what, and what to do. */
export class UsageError extends Error {}

/** An id as the registry has them. @throws UsageError with `where` to find it, when it is none */
export function checkedUuid(id: string, where: string): string {
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return id;
  throw new UsageError(`The ID is a UUID, ${where}.`);
}

/** A whole number of an option. @throws UsageError */
export function wholeIn(option: string, value: string, least: number, most: number): number {
  if (/^\d{1,3}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw new UsageError(`--${option}: This must be a whole number from ${least} to ${most}.`);
}

/** What is in a file that an option names; empty: no file was named. @throws UsageError when it cannot be read */
export function contentOf(file = ''): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason';
    throw new UsageError(`The file ${file} cannot be read: ${why}`, { cause: error });
  }
}

/** Where the service is reached. @param who reaches it there, for the error @throws UsageError when it is not set */
export function publicUrlOf({ publicUrl }: { publicUrl: string | null }, who: string): string {
  if (publicUrl !== null) return publicUrl;
  throw new UsageError(`Set PUBLIC_URL to where ${who} reaches the service: it stands in every address.`);
}

/** Rows as lines with their columns below each other. */
export function table(rows: string[][]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
