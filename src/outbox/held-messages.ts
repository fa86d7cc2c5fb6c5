import type { ClaimedMessage } from './written-message.ts';

/** Messages that one process delivers at a time: in all, and to one tenant. */
const MOST_AT_ONCE = 50;
const MOST_PER_TENANT = 10;

/** How many messages a tenant is given by one claim. */
export const CLAIMED_PER_TENANT = 5 * MOST_PER_TENANT;
/** A tenant with more messages in this process, waiting or being delivered, is given no more. */
const ENOUGH_PER_TENANT = 2 * MOST_PER_TENANT;
/** Messages of a process in all, waiting or being delivered. */
const MOST_HELD = 7 * MOST_AT_ONCE;
/** How many other messages a claimed message waits for, at most, before its own attempt. */
export const MOST_ROUNDS = 7;

/** The messages that a process has claimed and that have no answer yet. */
export type HeldMessages = ReturnType<typeof createHeldMessages>;

/** Says which message is delivered next, so that no tenant has more than its share. */
export function createHeldMessages() {
  const waiting: ClaimedMessage[] = [];
  const heldBy = new Map<string, number>();
  const runningBy = new Map<string, number>();
  let held = 0;
  let running = 0;

  return {
    /** How many more messages may be claimed. */
    room: () => MOST_HELD - held,

    /** Whether half of the room is free. */
    isHalfEmpty: () => held <= MOST_HELD / 2,

    /** Whether a tenant may be given another message. */
    hasRoomFor: (tenantId: string) => held < MOST_HELD && (heldBy.get(tenantId) ?? 0) < ENOUGH_PER_TENANT,

    /** Tenants that are to be given no more for now. */
    tenantsWithEnough: () =>
      [...heldBy].flatMap(([tenantId, count]) => (count < ENOUGH_PER_TENANT ? [] : [tenantId])),

    add(message: ClaimedMessage): void {
      held += 1;
      count(heldBy, message.tenantId, 1);
      waiting.push(message);
    },

    /** The next message whose attempt may begin; it counts as running then. Null: none may. */
    next(): ClaimedMessage | null {
      if (running >= MOST_AT_ONCE) return null;
      const index = waiting.findIndex(({ tenantId }) => (runningBy.get(tenantId) ?? 0) < MOST_PER_TENANT);
      const [message] = index < 0 ? [] : waiting.splice(index, 1);
      if (!message) return null;
      running += 1;
      count(runningBy, message.tenantId, 1);
      return message;
    },

    /** Takes all messages back whose attempts have not begun. */
    takeWaiting(): ClaimedMessage[] {
      const taken = waiting.splice(0);
      held -= taken.length;
      for (const { tenantId } of taken) count(heldBy, tenantId, -1);
      return taken;
    },

    /** The attempt of a running message is over. */
    answered({ tenantId }: ClaimedMessage): void {
      held -= 1;
      running -= 1;
      count(heldBy, tenantId, -1);
      count(runningBy, tenantId, -1);
    },
  };
}

/** Counts without keeping tenants that have nothing. */
function count(counts: Map<string, number>, tenantId: string, change: 1 | -1): void {
  const now = (counts.get(tenantId) ?? 0) + change;
  if (now === 0) counts.delete(tenantId);
  else counts.set(tenantId, now);
}
