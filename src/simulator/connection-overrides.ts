/** How a webhook is sent and retried, as told in the fragment of its address (Twilio, Connection overrides). */

/** What made an attempt fail: the connection, the waiting for an answer, or the kind of answer. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx';

/** Limits of one webhook. */
export interface ConnectionOverrides {
  /** Milliseconds for making the connection, per attempt. */
  connectMs: number;
  /** Milliseconds for the answer, per attempt. */
  readMs: number;
  /** Milliseconds for all attempts together. */
  totalMs: number;
  /** How often a failed attempt is repeated. */
  retries: number;
  /** The failures after which it is repeated. */
  retryOn: readonly Failure[];
}

const ALL: readonly Failure[] = ['ct', 'rt', '4xx', '5xx'];

/** Reads `#ct=&rt=&tt=&rc=&rp=`; what is missing or out of range gets the default: one retry, after a failed connection only. */
export function readConnectionOverrides(url: string): ConnectionOverrides {
  const given = new URLSearchParams(new URL(url).hash.slice(1));
  return {
    connectMs: within(given.get('ct'), 100, 10_000, 5_000),
    readMs: within(given.get('rt'), 100, 15_000, 15_000),
    totalMs: within(given.get('tt'), 100, 15_000, 15_000),
    retries: within(given.get('rc'), 0, 5, 1),
    retryOn: readPolicy(given.get('rp')),
  };
}

function within(given: string | null, min: number, max: number, otherwise: number): number {
  if (given === null || !/^\d+$/.test(given)) return otherwise;
  const value = Number(given);
  return value >= min && value <= max ? value : otherwise;
}

function readPolicy(given: string | null): readonly Failure[] {
  const named = (given ?? '').split(',');
  if (named.includes('all')) return ALL;
  const known = ALL.filter((failure) => named.includes(failure));
  return known.length > 0 ? known : ['ct'];
}
