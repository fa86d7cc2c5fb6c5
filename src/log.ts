import { isatty } from 'node:tty';
import { format } from 'node:util';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/**
 * Names of fields that are never printed, in what is logged and two levels below. Phone numbers are logged through
 * `maskNumber` only.
 */
const SECRET_FIELDS = [
  'authorization',
  'password',
  'appPassword',
  'secret',
  'token',
  'authToken',
  'apiKey',
  'phoneNumber',
  'to',
  'from',
  'number',
];

/**
 * The process's logger: one JSON line per entry, UTC, level as a word.
 * @param options.level a pino level, or `silent`
 * @param options.destination where lines go; standard output by default
 * @param options.withoutStack errors that are logged without their stack: of an outage, it says nothing
 */
export function createLogger(options: {
  level: string;
  destination?: DestinationStream;
  withoutStack?: (error: Error) => boolean;
}): Logger {
  const describe = (error: unknown) => describeError(error, options.withoutStack);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[hidden]',
      },
      serializers: { err: describe, error: describe },
    },
    options.destination ?? standardOutput(),
  );
}

/**
 * Has what libraries print by themselves, with `console` or as warnings of the process, become lines of the log.
 * For a process of our own: it lasts.
 */
export function captureOutput(log: Logger): void {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...parts: unknown[]) =>
      log[level]({ source: 'library' }, format(...parts.map(printable)).trim());
  const lines = { log: line('info'), info: line('info'), debug: line('debug') };
  Object.assign(console, { ...lines, warn: line('warn'), error: line('error'), trace: line('debug') });
  // The one that is there prints to standard error.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.warn({ source: 'node', name }, message));
}

/** Libraries hang what was sent on errors and objects. */
function printable(part: unknown): string {
  if (part instanceof Error) return `${part.name}: ${part.message}`;
  return typeof part === 'object' && part !== null ? '[object]' : String(part);
}

/** Bytes that are gathered before they are written, and how long they wait for more, ms. */
const GATHERED_BYTES = 4096;
const LONGEST_WAIT_MS = 250;

/**
 * Standard output, written in pieces where it is a file or a pipe: a write for each line would be a good part of the
 * work under load. pino writes the rest when the process ends, also by an error, and at once after `fatal`.
 */
function standardOutput(): DestinationStream {
  const gathered = { minLength: GATHERED_BYTES, periodicFlush: LONGEST_WAIT_MS };
  return pino.destination({ dest: 1, sync: false, ...(isatty(1) ? {} : gathered) });
}

/**
 * What of an error may be logged: name, message, code, stack and the same of its causes and, where it stands for
 * several (connecting to a name with several addresses), of each. Other fields that libraries
 * hang on their errors (requests, queries, parameters) are left out, since they carry numbers and tokens.
 */
export function describeError(
  error: unknown,
  withoutStack: (error: Error) => boolean = () => false,
  depth = 0,
): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'something that is not an Error was thrown' };
  const code = 'code' in error ? error.code : undefined;
  const describe = (part: unknown) => describeError(part, withoutStack, depth + 1);
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(withoutStack(error) ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth > 3 ? {} : { cause: describe(error.cause) }),
    ...(error instanceof AggregateError && depth <= 3 ? { errors: error.errors.map(describe) } : {}),
  };
}
