/** Limits log lines about an outage: one per subject and interval, with the number of those omitted. */
import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';

/** Reports an error of `subject`, a short name such as "redis" or "sweeping". */
export type ReportOutage = (subject: string, error: unknown) => void;

/**
 * Makes a reporter that writes at most one warning per subject and interval.
 * @param everyMs shortest interval between two lines about one subject, in milliseconds
 */
export function createOutageLog(
  log: Pick<Logger, 'warn'>,
  clock: Clock = systemClock,
  everyMs = 10_000,
): ReportOutage {
  const subjects = new Map<string, { nextAt: number; omitted: number }>();
  return (subject, error) => {
    const now = clock.now().getTime();
    const known = subjects.get(subject);
    if (known && now < known.nextAt) {
      known.omitted += 1;
      return;
    }
    subjects.set(subject, { nextAt: now + everyMs, omitted: 0 });
    log.warn(
      { subject, reason: shortReason(error), omitted: known?.omitted ?? 0 },
      `${subject}: cannot be reached or used; retrying`,
    );
  };
}

/**
 * Code and first line of an error's message. Only for errors of connections: their messages name hosts and ports, never
 * what was sent.
 */
export function shortReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const [line = ''] = error.message.split('\n');
  return line.includes(code) ? line : `${code} ${line}`.trim();
}
