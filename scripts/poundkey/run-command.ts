// Finds the command that was typed, runs it, and puts what went wrong into words.
import { parseArgs } from 'node:util';
import { ConfigError } from '../../src/config.ts';
import { ServiceError } from '../../src/errors.ts';
import { type Answer, type Command, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Tools } from './tools.ts';

/**
 * What a command line prints, and how it exits: 1 something failed or must be mended, 2 something typed or configured
 * is wrong.
 */
interface Said {
  exitCode: 0 | 1 | 2;
  output: string;
  errors: string;
}

/** Gives a command its tools for as long as it runs. */
export type WithTools = (use: (tools: Tools) => Promise<Answer>) => Promise<Answer>;

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
    const { positionals, options, asJson, asksHelp } = understand(command, rest);
    if (asksHelp) return { exitCode: 0, output: about(command), errors: '' };
    const answer = await withTools((tools) => command.run(tools, positionals, options));
    const output = asJson ? JSON.stringify(answer.data, null, 2) : answer.text;
    return { exitCode: answer.isAlarming ? 1 : 0, output, errors: '' };
  } catch (error) {
    const isWrong = [UsageError, ConfigError, ServiceError].some((kind) => error instanceof kind);
    return { exitCode: isWrong ? 2 : 1, output: '', errors: describe(error) };
  }
}

/** Which words and options there must and may be is read from the usage. */
function understand(command: Command<Tools>, typed: string[]) {
  const [, ...expected] = command.usage.split(/ (?=\[?--)/)[0]?.split(' ') ?? [];
  const { values, positionals } = parsed(command, typed);
  const { json, help: asksHelp, ...rest } = values;
  // All but the two switches are texts, since parseArgs was told so.
  const options = rest as Readonly<Record<string, string>>;
  const lacks = optionsOf(command).some(({ name, isRequired }) => isRequired && options[name] === undefined);
  if (asksHelp !== true && (positionals.length !== expected.length || lacks)) throw expects(command);
  return { positionals, options, asJson: json === true, asksHelp: asksHelp === true };
}

function parsed(
  command: Command<Tools>,
  typed: string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const texts = optionsOf(command).map(({ name }) => [name, { type: 'string' as const }]);
  const switches = { json: { type: 'boolean' as const }, help: { type: 'boolean' as const, short: 'h' } };
  const options = { ...Object.fromEntries(texts), ...switches };
  try {
    return parseArgs({ args: typed, options, allowPositionals: true });
  } catch (cause) {
    // Its own message repeats what was typed, which may be a key.
    throw expects(command, cause);
  }
}

function optionsOf({ usage }: Command<Tools>) {
  const found = [...usage.matchAll(/(\[?)--([a-z]+)/g)];
  return found.map(([, bracket, name = '']) => ({ name, isRequired: bracket === '' }));
}

function expects(command: Command<Tools>, cause?: unknown): UsageError {
  return new UsageError(
    `Expected: npm run poundkey -- ${command.usage}`,
    cause === undefined ? {} : { cause },
  );
}

function about({ usage, what }: Command<Tools>): string {
  return `npm run poundkey -- ${usage}\n\n${what}`;
}

function help(name: string): Said {
  const commands = [...COMMANDS.values()].flatMap(({ usage, what }) => [`  ${usage}`, `      ${what}`]);
  const output = [
    'npm run poundkey -- COMMAND',
    '',
    'Uses the registry that the environment names (see .env.example).',
    'Every command takes --json, for programs, and --help. `npm run -s` prints nothing but the answer.',
    'Exit codes: 0 done; 1 it failed, or found something to mend; 2 something typed or configured is wrong.',
    '',
    ...commands,
  ].join('\n');
  const isAsked = ['', '--help', '-h', 'help'].includes(name);
  return { exitCode: isAsked ? 0 : 2, output, errors: isAsked ? '' : `There is no command "${name}".` };
}

/** A wrong field is named as the usage names it. */
function describe(error: unknown): string {
  if (error instanceof ServiceError && error.problems.length > 0)
    return error.problems.map(({ field, rule }) => `${field.slice(1).toUpperCase()}: ${rule}`).join('\n');
  return error instanceof Error ? error.message : String(error);
}
