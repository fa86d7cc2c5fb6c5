/** Log lines about outages: one when something cannot be used, one when it can be used again. */
import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import { tlsHint } from './tls-hint.ts';

/**
 * Reports an error of `subject`, a short name such as "redis" or "sweeping".
 * @param at where it is, for example `redis-1:6379`; without any secret
 */
export type ReportOutage = (subject: string, error: unknown, at?: string) => void;

/** The outages of one log. */
export interface OutageLog extends ReportOutage {
  /** The subject works; says for how long it did not, if an outage was reported. */
  recovered(subject: string): void;
  /** Reports how the work went. Never rejects. */
  follow(subject: string, work: Promise<unknown>): Promise<void>;
  /** Subjects with an outage that has not ended. */
  open(): string[];
}

/** An outage that lasts is mentioned again after this long, ms. */
const REMIND_MS = 600_000;
/** Without news for this long, an outage of which nobody noticed the end counts as over, ms. */
const FORGET_MS = 600_000;

interface Outage {
  since: number;
  lastAt: number;
  remindAt: number;
  omitted: number;
  at: string | undefined;
}

/** Begins without outages. Both lines have level `warn`, so that whoever sees the one sees the other. */
export function createOutageLog(log: Pick<Logger, 'warn'>, clock: Clock = systemClock): OutageLog {
  const outages = new Map<string, Outage>();
  const now = () => clock.now().getTime();

  function report(subject: string, error: unknown, at?: string): void {
    const known = outages.get(subject);
    const isSame = known !== undefined && now() - known.lastAt < FORGET_MS;
    const outage = isSame ? known : { since: now(), lastAt: 0, remindAt: 0, omitted: 0, at };
    outage.lastAt = now();
    outages.set(subject, outage);
    if (now() < outage.remindAt) {
      outage.omitted += 1;
      return;
    }
    outage.remindAt = now() + REMIND_MS;
    const fields = { subject, ...place(at), reason: shortReason(error), omitted: outage.omitted };
    outage.omitted = 0;
    log.warn(fields, `${subject}: cannot be reached or used; retrying`);
  }

  function recovered(subject: string): void {
    const outage = outages.get(subject);
    if (!outage) return;
    outages.delete(subject);
    const awayS = Math.round((now() - outage.since) / 100) / 10;
    log.warn(
      { subject, ...place(outage.at), awayS, omitted: outage.omitted },
      `${subject}: works again after ${awayS} s`,
    );
  }

  const follow = (subject: string, work: Promise<unknown>) =>
    work.then(
      () => recovered(subject),
      (error: unknown) => report(subject, error),
    );

  return Object.assign(report, { recovered, follow, open: () => [...outages.keys()] });
}

const place = (at: string | undefined) => (at === undefined ? {} : { at });

/** Wrappers that say nothing: what they wrap does. */
const SAYS_NOTHING = /^$|^Connection is closed\.$|^Failed to refresh slots cache/;

/**
 * Code and first line of an error's message, and what to do where that is known. Only for errors of connections: their
 * messages name hosts and ports, never what was sent.
 */
export function shortReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n');
  const inner = SAYS_NOTHING.test(line) ? innerErrors(error) : [];
  if (inner.length > 0) return [...new Set(inner.map(shortReason))].join('; ');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const said = line.includes(code) ? line : `${code} ${line}`.trim();
  const hint = tlsHint(code);
  return hint === null || said.includes(hint) ? said : `${said}. ${hint}`;
}

/** Its cause, the error of the last node (ioredis), or one for each address of a name (node). */
function innerErrors(error: Error): unknown[] {
  if (error instanceof AggregateError) return error.errors;
  const inner = 'lastNodeError' in error ? error.lastNodeError : error.cause;
  return inner === undefined || inner === null ? [] : [inner];
}
