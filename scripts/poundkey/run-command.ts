// Runs the command that was typed, and puts what went wrong into words.
import { userInfo } from 'node:os';
import { CommanderError } from 'commander';
import { ConfigError } from '../../src/config.ts';
import { type Actor, actAs } from '../../src/domain/actor.ts';
import { ServiceError } from '../../src/errors.ts';
import { type Answer, type CheckSetUp, type Command, UsageError } from './command.ts';
import { createProgram, helpOf, type Typed } from './program.ts';
import type { Tools } from './tools.ts';

/**
 * What a command line prints, and how it exits: 1 something failed or must be repaired, 2 something typed or configured
 * is wrong.
 */
interface Said {
  exitCode: 0 | 1 | 2;
  output: string;
  errors: string;
}

/** Gives a command its tools for as long as `use` runs. */
export type WithTools = (
  use: (tools: Tools) => Promise<Answer>,
  command: Pick<Command<Tools>, 'mayCreateStore'>,
) => Promise<Answer>;

/** Audit events name whoever is at the command line by the account of the operating system. */
const OPERATOR: Actor = { type: 'operator', id: null, name: accountName(), clientAddress: null };

/** Null: the process runs under a number that has no account, as in some containers. */
function accountName(): string | null {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/**
 * Runs one command line. Never throws.
 * @param words as typed after `npm run poundkey --`
 * @param withTools opens the registry; it is not called for words that are wrong by themselves
 * @param checkSetUp for commands that look at the set-up itself
 */
export async function runCommand(
  words: string[],
  withTools: WithTools,
  checkSetUp: CheckSetUp,
): Promise<Said> {
  const said: Said = { exitCode: 0, output: '', errors: '' };
  const run = async ({ command, words: given, options, asJson }: Typed) => {
    const answer =
      'look' in command
        ? await command.look(checkSetUp, options)
        : await withTools((tools) => actAs(OPERATOR, () => command.run(tools, given, options)), command);
    said.output = asJson && answer.data !== null ? JSON.stringify(answer.data, null, 2) : answer.text;
    said.exitCode = answer.isAlarming ? 1 : 0;
  };
  const program = createProgram(run, (help) => {
    said.output = help;
  });
  try {
    await program.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' });
    return said;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? said : unknownCommand(words[0] ?? '', error);
    const isWrong = [UsageError, ConfigError, ServiceError].some((kind) => error instanceof kind);
    return { exitCode: isWrong ? 2 : 1, output: '', errors: describe(error) };
  }
}

/** Before a command there is nothing but its name, so whatever is wrong there is an unknown name. */
function unknownCommand(name: string, { message }: CommanderError): Said {
  const [, similar] = /\(Did you mean (.*)\)$/.exec(message) ?? [];
  const errors = `There is no command "${name}".${similar ? ` Did you mean ${similar}` : ''}`;
  return { exitCode: 2, output: helpOf(''), errors };
}

/** A wrong field is named as the usage names it. */
function describe(error: unknown): string {
  if (error instanceof ServiceError && error.problems.length > 0)
    return error.problems.map(({ field, rule }) => `${field.slice(1).toUpperCase()}: ${rule}`).join('\n');
  return error instanceof Error ? error.message : String(error);
}
