import { createGather } from '../platform/gather.ts';
import { createOutageLog } from '../platform/outage-log.ts';
import { createClaimAhead } from './claim-ahead.ts';
import { createDeliverOne, type DeliverOneDeps, untried } from './deliver-one.ts';
import { createHeldMessages } from './held-messages.ts';
import type { AttemptResult, OutboxStore } from './outbox-store.ts';
import type { ClaimedMessage } from './written-message.ts';

/** How long results are collected before they are recorded together, ms. Nobody waits for them. */
const GATHER_MS = 20;
const RECORDED_AT_ONCE = 1_000;

/** Delivers messages that are due, and those that their writers pass on. */
export type Delivery = ReturnType<typeof createDelivery>;

/** `claims`: whether this process looks for due messages, or delivers only those that are handed over. */
interface DeliveryDeps extends DeliverOneDeps {
  store: OutboxStore;
  claims: boolean;
}

/**
 * Runs the attempts of claimed messages side by side and records their results many at a time. The next messages are
 * claimed meanwhile, so that no receiver waits for the registry.
 */
export function createDelivery(deps: DeliveryDeps) {
  const { store, clock } = deps;
  const deliverOne = createDeliverOne(deps);
  const reportOutage = createOutageLog(deps.log);
  const held = createHeldMessages();
  const unfinished = new Set<Promise<void>>();
  let stopped = false;
  const ahead = createClaimAhead({ ...deps, held, accept, isStopped: () => stopped || !deps.claims });
  const record = createRecord(store, () => wake());

  function accept(message: ClaimedMessage): void {
    held.add(message);
    startWaiting();
  }

  function startWaiting(): void {
    for (let message = held.next(); message !== null; message = held.next()) follow(run(message));
  }

  /** The answer makes room for others; the result is recorded meanwhile. */
  async function run(message: ClaimedMessage): Promise<void> {
    const result = await deliverOne(message);
    held.answered(message);
    startWaiting();
    if (ahead.isWanted(message.tenantId)) wake();
    await record(result);
  }

  const giveBack = (message: ClaimedMessage) => follow(record(untried(message, clock.now())));

  function follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => reportOutage('outbox', error))
      .finally(() => unfinished.delete(followed));
    unfinished.add(followed);
  }

  function wake(): void {
    void reportOutage.follow('outbox', ahead.claim());
  }

  return {
    /** Looks for due messages now, in the background. */
    wake,

    /**
     * Delivers a message that its writer has just claimed by writing it. Where there is no room for it, it becomes due
     * at once for whoever has; if this process ends first, it becomes due at the end of its lease.
     */
    deliverNow(message: ClaimedMessage): void {
      if (!stopped && held.hasRoomFor(message.tenantId)) accept(message);
      else {
        ahead.leave(message.tenantId);
        giveBack(message);
      }
    },

    /** Delivers all that is due, and resolves when every result is recorded. Throws when the registry is away. */
    async deliverDue(): Promise<void> {
      for (;;) {
        await ahead.claim();
        if (unfinished.size === 0) return;
        await Promise.race(unfinished);
      }
    },

    /** Starts no more attempts, and resolves when running ones are over. Waiting messages are left to other processes. */
    async stop(): Promise<void> {
      stopped = true;
      await ahead.claim().catch((error: unknown) => reportOutage('outbox', error));
      held.takeWaiting().forEach(giveBack);
      while (unfinished.size > 0) await Promise.all(unfinished);
    },
  };
}

/** Records results of attempts together. */
function createRecord(store: Pick<OutboxStore, 'record'>, wake: () => void) {
  return createGather<AttemptResult, void>(
    async (results) => {
      if (await store.record(results)) wake();
      return results.map(() => undefined);
    },
    { waitMs: GATHER_MS, most: RECORDED_AT_ONCE, keyOf: ({ message }) => message.id },
  );
}
