// Finds the command that was typed, runs it, and puts what went wrong into words.
import { ConfigError } from '../../src/config.ts';
import { ServiceError } from '../../src/errors.ts';
import { type Command, UsageError } from './command.ts';
import { COMMANDS, type Tools } from './commands.ts';

/** What a command line prints, and how it exits: 1 something failed, 2 something typed or configured is wrong. */
interface Said {
  exitCode: 0 | 1 | 2;
  output: string;
  errors: string;
}

/** Gives a command its tools for as long as it runs. */
export type WithTools = (use: (tools: Tools) => Promise<string>) => Promise<string>;

/**
 * Runs one command line. Never throws.
 * @param words as typed after `npm run poundkey --`
 * @param withTools opens the registry; it is not called for words that are wrong by themselves
 */
export async function runCommand(words: string[], withTools: WithTools): Promise<Said> {
  const [name = '', ...rest] = words;
  const command = COMMANDS.get(name);
  if (!command) return help(name);
  try {
    checkCount(command, rest);
    const output = await withTools((tools) => command.run(tools, ...rest));
    return { exitCode: 0, output, errors: '' };
  } catch (error) {
    const isWrong = [UsageError, ConfigError, ServiceError].some((kind) => error instanceof kind);
    return { exitCode: isWrong ? 2 : 1, output: '', errors: describe(error) };
  }
}

function checkCount(command: Command<Tools>, words: string[]): void {
  const expected = command.usage.split(' ').length - 1;
  if (words.length !== expected) throw new UsageError(`Expected: npm run poundkey -- ${command.usage}`);
}

function help(name: string): Said {
  const commands = [...COMMANDS.values()].map(({ usage, what }) => `  ${usage.padEnd(24)} ${what}`);
  const about = 'Uses the registry that the environment names (see .env.example).';
  const output = ['npm run poundkey -- COMMAND', '', about, '', ...commands].join('\n');
  const isAsked = ['', '--help', '-h', 'help'].includes(name);
  return { exitCode: isAsked ? 0 : 2, output, errors: isAsked ? '' : `There is no command "${name}".` };
}

/** A wrong field is named as the usage names it. */
function describe(error: unknown): string {
  if (error instanceof ServiceError && error.problems.length > 0)
    return error.problems.map(({ field, rule }) => `${field.slice(1).toUpperCase()}: ${rule}`).join('\n');
  return error instanceof Error ? error.message : String(error);
}
