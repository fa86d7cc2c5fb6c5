// `npm run rehearse`: a production set-up on one machine, with a simulator as its provider. What to do with it:
// docs/operating/rehearsal.md
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { isRunning, sendOrder, serveControl } from './rehearse/control.ts';
import { explain } from './rehearse/explain.ts';
import { prepareRehearsal, type Rehearsal } from './rehearse/rehearsal.ts';

/** Signals within this time are one: npm passes on what a terminal has sent to the process already. */
const ONE_SIGNAL_MS = 1_000;
const DIRECTORY = join(tmpdir(), 'poundkey-rehearsal');
const WHAT = {
  start: 'starts processes that were stopped',
  stop: 'stops processes in an orderly way',
  restart: 'stops each and starts it again, one after the other',
  kill: 'ends processes without warning',
  status: 'shows what runs',
};

interface Options {
  dir: string;
  keep?: boolean;
}

function createProgram(): Command {
  const program: Command = new Command('npm run rehearse --')
    .description(
      'Runs two web processes and two workers of Poundkey as in production, with PostgreSQL, Redis, an https proxy and a simulator as the provider, on free ports of this machine. No real phone rings. Ctrl-C ends everything.',
    )
    .option('--dir <directory>', 'where it keeps its files', DIRECTORY)
    .option('--keep', 'keep the directory at the end; the next start with the same --dir goes on with it')
    .exitOverride()
    .action((_options, { args }: Command) => {
      if (args.length > 0)
        throw new Error(`There is no command "${args[0]}". npm run rehearse -- --help lists them.`);
      return rehearse(program.opts<Options>());
    })
    .allowExcessArguments();
  for (const action of ['start', 'stop', 'restart', 'kill', 'status'] as const)
    program
      .command(action)
      .description(WHAT[action])
      .argument(
        action === 'status' ? '[names...]' : '<names...>',
        'such as web-1, worker-2, redis, postgres, nginx',
      )
      .option('--dir <directory>', 'where the rehearsal keeps its files')
      .exitOverride()
      .action(async (names: string[], { dir }: Partial<Options>) => {
        const directory = resolve(dir ?? program.opts<Options>().dir);
        console.log((await sendOrder(directory, { action, names })).join('\n'));
      });
  return program;
}

/** Runs until a signal comes. */
async function rehearse({ dir, keep = false }: Options): Promise<void> {
  const directory = resolve(dir);
  if (await isRunning(directory))
    throw new Error(
      `A rehearsal runs in ${directory} already. End it with Ctrl-C, or give this one another --dir.`,
    );
  const rehearsal = await prepareRehearsal(directory);
  process.once('exit', () => rehearsal.kill());
  const signal = firstSignal();
  const control = await serveControl(rehearsal);
  try {
    const started = run(rehearsal);
    await Promise.race([signal, started.then(() => signal)]);
    console.log('\nThe rehearsal ends …');
  } finally {
    await rehearsal.end();
    control.close();
    if (!keep) rehearsal.remove();
  }
  console.log(
    keep ? `Everything has ended; ${directory} is kept.` : 'Everything has ended, nothing is left.',
  );
}

async function run(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.start((line) => console.log(line));
  console.log(explain(rehearsal, readFileSync(rehearsal.place.file('api-key'), 'utf8').trim()));
}

/** Resolves at the first signal. A second one, sent by somebody who does not want to wait, kills what still runs. */
function firstSignal(): Promise<void> {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  let since: number | null = null;
  const hear = () => {
    if (since !== null && performance.now() - since > ONE_SIGNAL_MS) process.exit(1);
    since ??= performance.now();
    end();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  return promise;
}

try {
  await createProgram().parseAsync();
  process.exit();
} catch (error) {
  if (!(error instanceof CommanderError)) console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof CommanderError ? error.exitCode : 1);
}
