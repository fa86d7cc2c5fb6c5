import type { Logger } from '../log.ts';
import { type Clock, later } from '../platform/clock.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import { repeated } from '../platform/repeated.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import { nextAttempt } from './backoff.ts';
import type { ClaimedMessage, OutboxStore } from './outbox-store.ts';

/** Messages that one process delivers at a time: in all, and to one tenant. */
const MOST_AT_ONCE = 50;
const MOST_PER_TENANT = 10;
/** How much longer than an attempt its lease lasts, for writing down how it went, ms. */
const LEASE_SLACK_MS = 20_000;

/** Delivers what is due. */
export type Delivery = ReturnType<typeof createDelivery>;

/** What delivery is made of. `timeLimitMs`: how long one attempt takes at most. */
interface DeliveryDeps {
  store: OutboxStore;
  attempt: AttemptDelivery;
  timeLimitMs: number;
  clock: Clock;
  log: Logger;
}

/** Claims due messages as there is room, and runs their attempts side by side. */
export function createDelivery(deps: DeliveryDeps) {
  const deliver = createDeliverOne(deps);
  const reportOutage = createOutageLog(deps.log);
  const running = new Map<Promise<void>, string>();
  let stopped = false;

  const claim = repeated(async () => {
    while (!stopped && (await claimOnce()) > 0);
  });

  async function claimOnce(): Promise<number> {
    const limit = MOST_AT_ONCE - running.size;
    if (limit <= 0) return 0;
    const now = deps.clock.now();
    const leaseUntil = later(now, deps.timeLimitMs + LEASE_SLACK_MS);
    const except = tenantsWithEnough([...running.values()]);
    const claimed = await deps.store.claim({ now, leaseUntil, limit, perTenant: MOST_PER_TENANT, except });
    for (const message of claimed) start(message);
    return claimed.length;
  }

  /** The end of each makes room, and lets the next of the same verification come. */
  function start(message: ClaimedMessage): void {
    const run = deliver(message)
      .catch((error: unknown) => reportOutage('outbox', error))
      .finally(() => {
        running.delete(run);
        wake();
      });
    running.set(run, message.tenantId);
  }

  function wake(): void {
    claim().catch((error: unknown) => reportOutage('outbox', error));
  }

  return {
    /** Looks for due messages now, in the background. */
    wake,

    /** Delivers all that is due, and resolves when every attempt that runs is over. Throws when the registry is away. */
    async deliverDue(): Promise<void> {
      for (;;) {
        await claim();
        if (running.size === 0) return;
        await Promise.race(running.keys());
      }
    },

    /** Begins nothing more, and resolves when what runs is over. */
    async stop(): Promise<void> {
      stopped = true;
      await claim().catch((error: unknown) => reportOutage('outbox', error));
      await Promise.all(running.keys());
    },
  };
}

function tenantsWithEnough(running: string[]): string[] {
  const byTenant = Map.groupBy(running, (tenantId) => tenantId);
  return [...byTenant].flatMap(([tenantId, { length }]) => (length < MOST_PER_TENANT ? [] : [tenantId]));
}

/** One attempt, and writing down how it went. */
function createDeliverOne({ store, attempt, clock, log }: DeliveryDeps) {
  return async (message: ClaimedMessage): Promise<void> => {
    const failure = await attempt(message);
    const now = clock.now();
    if (failure === null) return await store.delivered(message.id, now);
    const { id: messageId, tenantId, verificationId, attempts, createdAt, resentAt } = message;
    const next = failure.final ? null : nextAttempt({ attempts, since: resentAt ?? createdAt }, now);
    const line = { messageId, tenantId, verificationId, attempts, reason: failure.reason };
    if (next !== null) {
      log.info({ ...line, next }, 'a message could not be delivered; it is tried again');
      return await store.failed(message, failure.reason, next);
    }
    await store.dead(message, failure.reason, now);
    log.error({ ...line, event: 'webhook.dead', alarm: true }, 'a message is dead: nobody tries it any more');
  };
}
