// The commands as the command line's parser wants them. Words and options of each are read from its usage.
import { Command as Parser } from 'commander';
import { type Command, type SetUpCommand, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Tools } from './tools.ts';

/** A parsed command line: the words of the command, and those of its options that were given. */
export interface Typed {
  command: Command<Tools> | SetUpCommand;
  words: string[];
  options: Readonly<Record<string, string>>;
  asJson: boolean;
}

/**
 * A parser of all commands. It throws a `UsageError` where what follows a command is wrong, and commander's own errors
 * for an unknown command and after help.
 * @param run does what was typed
 * @param print gets help that was asked for
 */
export function createProgram(run: (typed: Typed) => Promise<void>, print: (text: string) => void): Parser {
  const program = new Parser('poundkey')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .configureHelp({ formatHelp: (parser) => helpOf(parser.name()) });
  for (const [name, command] of COMMANDS) addCommand(program, name, command, run);
  return program;
}

function addCommand(
  program: Parser,
  name: string,
  command: Command<Tools> | SetUpCommand,
  run: (typed: Typed) => Promise<void>,
): void {
  const parser = program
    .command(name)
    .option('--json')
    .exitOverride((error) => {
      // The parser's own message repeats what was typed, which may be a key.
      throw error.exitCode === 0 ? error : new UsageError(`Expected: npm run poundkey -- ${command.usage}`);
    });
  const [words = '', ...options] = command.usage.split(/ (?=\[?--)/);
  const [left = [], needed = []] = [true, false].map((may) =>
    words
      .split(' ')
      .slice(1)
      .filter((word) => word.startsWith('[') === may),
  );
  // Words are read by the command, so only their number counts here: the parser wants those first that are needed.
  for (const word of [...needed.map((each) => `<${each}>`), ...left]) parser.argument(word);
  for (const option of options) addOption(parser, option);
  parser.action(async () => {
    const { json, ...given } = parser.opts();
    await run({ command, words: parser.args, options: given, asJson: json === true });
  });
}

/** `--reason TEXT`, or `[--for SECONDS]` where it may be left out; `[--all-countries]` takes no value, and is there or not. */
function addOption(parser: Parser, usage: string): void {
  const [name = '', value = ''] = usage.replaceAll(/[[\]]/g, '').split(' ');
  const flags = value === '' ? name : `${name} <${value}>`;
  if (usage.startsWith('[')) parser.option(flags);
  else parser.requiredOption(flags);
}

/** Help for one command, or for all. */
export function helpOf(name: string): string {
  const command = COMMANDS.get(name);
  if (command) return `npm run poundkey -- ${command.usage}\n\n${command.what}`;
  return [
    'npm run poundkey -- COMMAND',
    '',
    'Uses the registry that the environment variables name (see .env.example).',
    'Every command takes --json, for programs, and --help. `npm run -s` prints the answer only.',
    'Exit codes: 0 done; 1 it failed, or found something to repair; 2 the command or the configuration is wrong.',
    '',
    ...[...COMMANDS.values()].flatMap(({ usage, what }) => [`  ${usage}`, `      ${what}`]),
  ].join('\n');
}
