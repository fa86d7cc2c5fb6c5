/** What to do when a server says that it is not the one to write to, as after a failover behind one address. */
import type { RedisOptions } from 'ioredis';

/**
 * Redis, error replies: READONLY from a replica, also within a script; LOADING while it reads its data; MASTERDOWN from a
 * replica that has lost its master; UNBLOCKED to whoever waits when a master becomes a replica.
 */
const NOT_WRITABLE = /\b(?:READONLY|LOADING|MASTERDOWN|UNBLOCKED)\b/;

/** Whether the server that answered cannot be written to, while another one, behind the same address, may be. */
export function isRoleChange(error: unknown): boolean {
  return error instanceof Error && NOT_WRITABLE.test(error.message);
}

/** Pause between two connections, ms: grows with each, since the address may lead to the old server for a while. */
const STEP_MS = 100;
const LONGEST_MS = 1_000;
const LONGEST_OUTAGE_MS = 2_000;
/** Without a refusal for this long the pauses begin anew, ms. */
const CALM_MS = 10_000;

/** What a worker sends again over the next connection: refused as a whole, and harmless if it were done twice. */
const SENT_AGAIN = ['eval', 'evalsha', 'bzpopmin'];

/**
 * Options of ioredis by which a connection is given up when its server is not the one to write to. The next one looks the
 * address up again.
 * @param sendsAgain whether refused commands wait for the next connection; otherwise they fail
 * @param onRefusal called with the reply
 */
export function givingUp(
  sendsAgain: boolean,
  onRefusal: (reply: Error) => void,
): Pick<RedisOptions, 'reconnectOnError' | 'retryStrategy'> {
  let refusals = 0;
  let lastAt = -CALM_MS;
  return {
    reconnectOnError(error) {
      if (!isRoleChange(error)) return false;
      const now = performance.now();
      refusals = now - lastAt > CALM_MS ? 1 : refusals + 1;
      lastAt = now;
      onRefusal(error);
      return sendsAgain && SENT_AGAIN.includes(commandOf(error)) ? 2 : 1;
    },
    retryStrategy(times) {
      const isCalm = performance.now() - lastAt > CALM_MS;
      const refused = isCalm ? 0 : Math.min(refusals * STEP_MS, LONGEST_MS);
      return Math.max(refused, Math.min(times * STEP_MS, LONGEST_OUTAGE_MS));
    },
  };
}

/** ioredis hangs the command on the error of its reply. */
function commandOf(error: Error): string {
  const { command } = error as { command?: { name?: string } };
  return command?.name ?? '';
}
