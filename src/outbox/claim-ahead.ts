import { type Clock, later } from '../platform/clock.ts';
import { repeated } from '../platform/repeated.ts';
import { CLAIMED_PER_TENANT, type HeldMessages, MOST_ROUNDS } from './held-messages.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { ClaimedMessage } from './written-message.ts';

/** How much longer than its attempts a lease lasts, for recording how they went, ms. */
const LEASE_SLACK_MS = 20_000;

/** `timeLimitMs`: how long one attempt takes at most. `accept` is given each claimed message. */
interface ClaimAheadDeps {
  store: Pick<OutboxStore, 'claim'>;
  held: HeldMessages;
  clock: Clock;
  timeLimitMs: number;
  isStopped: () => boolean;
  accept: (message: ClaimedMessage) => void;
}

/** Claims due messages as there is room for them, before the earlier ones are over. */
export function createClaimAhead({ store, held, clock, timeLimitMs, isStopped, accept }: ClaimAheadDeps) {
  /** Tenants that may have more due messages than they were given. */
  const unserved = new Set<string>();
  let wasFull = false;

  async function claimOnce(): Promise<void> {
    const limit = held.room();
    wasFull = limit <= 0;
    if (isStopped() || wasFull) return;
    const except = held.tenantsWithEnough();
    unserved.clear();
    for (const tenantId of except) unserved.add(tenantId);
    const now = clock.now();
    const leaseUntil = later(now, MOST_ROUNDS * timeLimitMs + LEASE_SLACK_MS);
    const claimed = await store.claim({ now, leaseUntil, limit, perTenant: CLAIMED_PER_TENANT, except });
    wasFull = claimed.length === limit;
    for (const [tenantId, { length }] of Map.groupBy(claimed, (message) => message.tenantId))
      if (length === CLAIMED_PER_TENANT) unserved.add(tenantId);
    for (const message of claimed) accept(message);
  }

  return {
    /** Claims once; called while it runs, it claims once more. Throws when the registry is away. */
    claim: repeated(claimOnce),

    /** A tenant has due messages for which there is no room yet. */
    leave: (tenantId: string) => void unserved.add(tenantId),

    /** Whether it is time to claim again, now that a message of this tenant is over. */
    isWanted: (tenantId: string) =>
      (unserved.has(tenantId) && held.hasRoomFor(tenantId)) || (wasFull && held.isHalfEmpty()),
  };
}
