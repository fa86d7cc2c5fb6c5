import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import type { DeliveryStore } from '../store/deliveries.ts';
import { paceDigits } from './pace-digits.ts';

/** Messages of others, which only their calls and texts get to see. */
export type Messages = ReturnType<typeof createMessages>;

/** @param deps.sealKeys keys outside the database: who reads the registry alone reads no message */
export function createMessages(deps: { deliveries: Pick<DeliveryStore, 'read'>; sealKeys: KeyRing }) {
  const { deliveries, sealKeys } = deps;
  const read = async (id: string) => {
    const stored = await deliveries.read(id);
    if (stored === null || stored.sealed === null) return null;
    return { text: unseal(sealKeys, stored.sealed, contextOf(id)), times: stored.times };
  };
  return {
    seal: (id: string, text: string): string => seal(sealKeys, text, contextOf(id)),
    /** As it is sent; null: it is over. */
    sent: read,
    /** As it is spoken: the digits of its code apart. Null: it is over. */
    async spoken(id: string) {
      const message = await read(id);
      return message && { ...message, text: paceDigits(message.text).text };
    },
  };
}

const contextOf = (verificationId: string) => `message ${verificationId}`;
