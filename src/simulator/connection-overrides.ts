/** How a webhook is sent and retried, as the fragment of its address says (Twilio, Connection overrides). */
import type { Dialect } from './dialect.ts';

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

/**
 * Reads `#ct=&rt=&tt=&rc=&rp=` (SignalWire: `#ot=&rt=&tt=`); what is missing or out of range gets the default of the
 * provider. Twilio: one retry, after a failed connection only. SignalWire: status callbacks are tried three times,
 * whatever went wrong, others once.
 */
export function readConnectionOverrides(
  { address, isStatus }: { address: { url: string }; isStatus: boolean },
  { connect, connectMs, readMs, ...rules }: Dialect['connection'],
): ConnectionOverrides {
  const given = new URLSearchParams(new URL(address.url).hash.slice(1));
  const retries = isStatus ? rules.statusRetries : rules.otherRetries;
  return {
    connectMs: within(given.get(connect), 100, 10_000, connectMs),
    readMs: within(given.get('rt'), 100, 15_000, readMs),
    totalMs: within(given.get('tt'), 100, 15_000, 15_000),
    retries: rules.retriesOnDemand ? within(given.get('rc'), 0, 5, retries) : retries,
    retryOn: rules.retriesOnDemand ? readPolicy(given.get('rp')) : ALL,
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
