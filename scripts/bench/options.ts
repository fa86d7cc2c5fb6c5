/** What can be typed after `npm run bench --`. */
import { parseArgs } from 'node:util';

/** The options of a run. */
export interface Options {
  /** Names of measures and of contenders. */
  only: string[];
  contenders: string[];
  rounds: number;
  verifications: number;
  inFlight: number;
  /** Verifications before those that are measured. */
  warmUp: number;
  /** Length of an open loop, s. */
  seconds: number;
  /** Where CPU profiles go, or null. */
  profile: string | null;
  /** The file that takes all results, or null. */
  json: string | null;
  /** Whether tables go into docs/performance.md. */
  write: boolean;
}

const TEXTS = {
  only: { type: 'string' },
  contenders: { type: 'string', default: 'poundkey,naive,lean' },
  rounds: { type: 'string', default: '4' },
  verifications: { type: 'string', default: '2000' },
  'in-flight': { type: 'string', default: '50' },
  'warm-up': { type: 'string', default: '6000' },
  seconds: { type: 'string', default: '8' },
  profile: { type: 'string' },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The text of --help. @param measures each measure with what it does */
export function helpText(measures: { name: string; about: string }[]): string {
  return [
    'npm run bench -- [OPTIONS]',
    '',
    'Measures Poundkey in processes of its own on PostgreSQL and Redis against two small programs that do the same',
    'work without its guarantees. Needs Linux, PostgreSQL with its contrib modules, and Redis.',
    '',
    '  --only NAME[,NAME]        measures to run (default: all)',
    '  --contenders NAME[,NAME]  poundkey, split (a web and a worker process), naive, lean (default: poundkey,naive,lean)',
    '  --rounds N                rounds side by side (default 4)',
    '  --verifications N         verifications of one contender in one round (default 2000)',
    '  --in-flight N             verifications under way at once (default 50)',
    '  --warm-up N               verifications before those of end-to-end and texts (default 6000)',
    '  --seconds N               length of a steady stream of requests (default 8)',
    '  --profile DIR             run end-to-end, texts and app-passwords with a CPU profile, and say where the CPU goes',
    '  --json FILE               write all results to FILE',
    '  --write                   write the tables into docs/performance.md',
    '',
    'Measures:',
    ...measures.map(({ name, about }) => `  ${name.padEnd(13)}  ${about}`),
  ].join('\n');
}

/** Reads the command line; null when help is asked for. @throws Error that says what is wrong */
export function readOptions(args: string[], known: string[]): Options | null {
  const { values } = parseArgs({ args, options: TEXTS });
  if (values.help) return null;
  const only = values.only?.split(',') ?? known;
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only: there is no ${unknown.join(', ')}. Known are: ${known.join(', ')}.`);
  return {
    only,
    contenders: values.contenders.split(','),
    rounds: whole('rounds', values.rounds, 100),
    verifications: whole('verifications', values.verifications, 20_000),
    inFlight: whole('in-flight', values['in-flight'], 1_000),
    warmUp: whole('warm-up', values['warm-up'], 100_000),
    seconds: whole('seconds', values.seconds, 120),
    profile: values.profile ?? null,
    json: values.json ?? null,
    write: values.write,
  };
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name}: expected a whole number from 1 to ${most}.`);
}
